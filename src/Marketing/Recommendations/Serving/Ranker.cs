using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Recommendations;

/// <summary>What a ranking starts from.</summary>
/// <param name="History">What the person did, newest last; empty for nobody.</param>
/// <param name="Product">Number of the product a list goes out from.</param>
internal sealed record RankingQuestion(string Kind, IReadOnlyList<Touch> History, int? Product, int Limit, string Placement, RankingPolicy Policy, bool Explain, DateTimeOffset Now);

/// <summary>A place of a list.</summary>
internal sealed record RankedItem(int Item, double Score, Reason Reason, ScoreParts Parts);

internal sealed record Ranking(IReadOnlyList<RankedItem> Items, IReadOnlyList<DroppedProduct> Dropped);

/// <summary>Scores → candidates → rules → selection → reasons. Holds nothing of a request, so that one serves all threads.</summary>
internal sealed class Ranker(CoVisits coVisits)
{
    private const int Candidates = 200;
    private const int Told = 40;

    public Ranking Rank(Shelf shelf, RankingQuestion question, IReadOnlyList<Override> overrides, Blend? model)
    {
        if (shelf.Count == 0) return new Ranking([], []);
        // What was viewed last stands first, whatever it earns.
        if (question.Kind == ListKinds.RecentlyViewed) question = question with { Policy = question.Policy with { Margin = 0, Stock = 0, Diversity = 0 } };
        var scores = new Scores(shelf, coVisits, question, model);
        var history = question.History.ToDictionary(t => t.Product);
        var dropped = new List<DroppedProduct>();
        var candidates = new List<Candidate>();
        var best = TopItems.Of(scores.Total, Math.Min(Candidates + history.Count, shelf.Count));
        if (best.Length == 0) return new Ranking([], []);
        var (low, high) = (scores.Total[best[^1]], scores.Total[best[0]]);
        foreach (var item in best)
        {
            var relevance = high > low ? 0.02 + 0.98 * (scores.Total[item] - low) / (high - low) : 1;
            var rules = new List<string>();
            var factor = 1.0;
            if (Refusal(shelf, question, overrides, history, item, rules, ref factor) is { } refusal)
            {
                if (dropped.Count < Told) dropped.Add(new DroppedProduct(shelf.Products[item].Id, shelf.Title(item), relevance, refusal.Rule, refusal.Note));
                continue;
            }
            var score = relevance * Math.Pow(shelf.Margins[item], question.Policy.Margin) * Math.Pow(Math.Max(shelf.InStock[item] ?? 1, 0.01), question.Policy.Stock) * factor;
            candidates.Add(new Candidate(item, relevance, score, factor, rules));
        }
        var chosen = Select(shelf, question, candidates, dropped);
        var pinned = Pinned(shelf, question, overrides, history);
        var places = pinned.Concat(chosen.Where(c => pinned.All(p => p.Item != c.Candidate.Item)).Select(Placed)).Take(question.Limit).ToList();
        return new Ranking(places, question.Explain ? [.. dropped.Where(d => places.All(p => shelf.Products[p.Item].Id != d.ProductId))] : []);

        RankedItem Placed((Candidate Candidate, double Likeness) c) => new(c.Candidate.Item, c.Candidate.Score, Reasons.Of(shelf, scores, question, c.Candidate.Item),
            new ScoreParts(question.Explain ? scores.Of(c.Candidate.Item) : Empty, c.Candidate.Relevance, shelf.Margins[c.Candidate.Item], shelf.InStock[c.Candidate.Item], c.Likeness, c.Candidate.Factor, c.Candidate.Rules));
    }

    private static readonly IReadOnlyDictionary<string, double> Empty = new Dictionary<string, double>();

    private sealed record Candidate(int Item, double Relevance, double Score, double Factor, List<string> Rules);

    private static (string Rule, string? Note)? Refusal(Shelf shelf, RankingQuestion question, IReadOnlyList<Override> overrides, Dictionary<string, Touch> history, int item, List<string> rules, ref double factor)
    {
        var product = shelf.Products[item];
        if (item == question.Product) return ("itself", null);
        foreach (var decided in overrides)
        {
            if (!decided.Matches(product.Id, product.Category) || !decided.IsFor(question.Placement, question.Now)) continue;
            if (decided.Kind == Override.Exclude) return ("excluded", decided.Reason);
            if (decided.Kind != Override.Demote) continue;
            factor *= decided.Factor;
            rules.Add("demoted");
        }
        if (question.Policy.InStockOnly && shelf.InStock[item] == 0) return ("out_of_stock", null);
        if (!history.TryGetValue(product.Id, out var touch) || question.Kind == ListKinds.RecentlyViewed) return null;
        if (touch.Bought is { } bought && question.Now - bought < TimeSpan.FromDays(question.Policy.BoughtDays)) return ("bought", null);
        return question.Kind == ListKinds.ForYou && touch.Bought is null ? ("seen", null) : null;
    }

    /// <summary>Greedy: each place goes to the product with the best score less its likeness to those placed already.</summary>
    private static List<(Candidate Candidate, double Likeness)> Select(Shelf shelf, RankingQuestion question, List<Candidate> candidates, List<DroppedProduct> dropped)
    {
        var chosen = new List<(Candidate Candidate, double Likeness)>();
        var trade = question.Kind == ListKinds.RecentlyViewed ? 0 : question.Policy.Diversity;
        var most = candidates.Count == 0 ? 1 : candidates.Max(c => c.Score);
        var likeness = new double[candidates.Count];
        var open = Enumerable.Range(0, candidates.Count).ToList();
        var (categories, brands) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        while (chosen.Count < question.Limit && open.Count > 0)
        {
            var next = open.MaxBy(n => (1 - trade) * candidates[n].Score / most - trade * likeness[n]);
            open.Remove(next);
            var product = shelf.Products[candidates[next].Item];
            var cap = Full(categories, product.Category, question.Policy.CategoryCap) ? "category_cap" : Full(brands, product.Brand, question.Policy.BrandCap) ? "brand_cap" : null;
            if (cap is not null && question.Kind != ListKinds.RecentlyViewed)
            {
                dropped.Add(new DroppedProduct(product.Id, shelf.Title(candidates[next].Item), candidates[next].Relevance, cap));
                continue;
            }
            if (likeness[next] > 0 && trade > 0) candidates[next].Rules.Add("diversity");
            chosen.Add((candidates[next], likeness[next]));
            if (product.Category is { } category) categories[category] = categories.GetValueOrDefault(category) + 1;
            if (product.Brand is { } brand) brands[brand] = brands.GetValueOrDefault(brand) + 1;
            foreach (var other in open) likeness[other] = Math.Max(likeness[other], Alike(shelf, candidates[next].Item, candidates[other].Item));
        }
        foreach (var next in open.OrderByDescending(n => candidates[n].Score).Take(Math.Max(0, Told - dropped.Count)))
            dropped.Add(new DroppedProduct(shelf.Products[candidates[next].Item].Id, shelf.Title(candidates[next].Item), candidates[next].Relevance, "less_relevant"));
        return chosen;
    }

    private static bool Full(Dictionary<string, int> counts, string? name, int cap) => cap > 0 && name is not null && counts.GetValueOrDefault(name) >= cap;

    /// <summary>0 to 1: by what the products say of themselves, and by category and brand where they say little.</summary>
    private static double Alike(Shelf shelf, int one, int other)
    {
        var (a, b) = (shelf.Products[one], shelf.Products[other]);
        var facts = (a.Category is not null && a.Category == b.Category ? 0.5 : 0) + (a.Brand is not null && a.Brand == b.Brand ? 0.15 : 0);
        return Math.Min(1, Math.Max(facts, shelf.Likeness.Between(one, other)));
    }

    private static List<RankedItem> Pinned(Shelf shelf, RankingQuestion question, IReadOnlyList<Override> overrides, Dictionary<string, Touch> history)
    {
        var pinned = new List<RankedItem>();
        if (question.Kind == ListKinds.RecentlyViewed) return pinned;
        foreach (var pin in overrides.Where(o => o.Kind == Override.Pin && o.IsFor(question.Placement, question.Now)))
        {
            if (shelf.Find(pin.ProductId) is not { } item || pinned.Any(p => p.Item == item)) continue;
            var (rules, factor) = (new List<string>(), 1.0);
            if (Refusal(shelf, question, overrides, history, item, rules, ref factor) is { Rule: not "seen" }) continue;
            rules.Add("pinned");
            pinned.Add(new RankedItem(item, 1, new Reason("pinned", null, null), new ScoreParts(Empty, 1, shelf.Margins[item], shelf.InStock[item], 0, factor, rules)));
        }
        return pinned;
    }
}
