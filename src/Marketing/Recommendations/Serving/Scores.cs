using System.Numerics.Tensors;
using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Recommendations;

/// <summary>The relevance of every product for one question: each voice in spreads above the mean product, and their sum.</summary>
internal sealed class Scores
{
    public const string Live = "visit", Popularity = "popular", Together = "together";

    /// <summary>Products of a visit that speak for what comes next, and how much longer ago than this is no visit any more.</summary>
    private const int VisitProducts = 5;

    private static readonly TimeSpan Visit = TimeSpan.FromMinutes(30);

    /// <summary>A product that everybody of the visits touched beside the last one counts as this many spreads, at full freshness.</summary>
    private const float LiveSpreads = 4;

    private readonly List<(string Voice, float[] Values)> _voices = [];
    private readonly bool _keep;

    public Scores(Shelf shelf, CoVisits coVisits, RankingQuestion question, Blend? model)
    {
        (Total, _keep) = (new float[shelf.Count], question.Explain);
        var newest = question.History.Select(t => t.Last).Append(DateTimeOffset.MinValue).Max();
        Sources = [.. question.History.Select(t => (Item: shelf.Find(t.Product), Touch: t)).Where(s => s.Item is not null).Select(s => (s.Item!.Value, s.Touch, Strength(s.Touch, newest, question.Now, question.Policy.Fresh)))];
        switch (question.Kind)
        {
            case ListKinds.RecentlyViewed:
                Array.Fill(Total, float.NegativeInfinity);
                // History is newest last: the place says when more exactly than a float of days could.
                for (var place = 0; place < Sources.Count; place++) Total[Sources[place].Item] = place;
                break;
            case ListKinds.Similar or ListKinds.BoughtTogether when question.Product is { } product:
                FromProduct(shelf, coVisits, model, product, question);
                break;
            case ListKinds.ForYou when Sources.Count > 0:
                FromPerson(shelf, coVisits, model, question);
                break;
            default:
                Add(Popularity, shelf.Popular, 1);
                break;
        }
    }

    public float[] Total { get; }

    /// <summary>What the person touched and the shelf knows, with its strength now.</summary>
    public IReadOnlyList<(int Item, Touch Touch, float Strength)> Sources { get; }

    public IReadOnlyDictionary<string, double> Of(int item) => _voices.GroupBy(v => v.Voice).ToDictionary(g => g.Key, g => Math.Round(g.Sum(v => (double)v.Values[item]), 3));

    /// <summary>Damped, fading, and stronger in this visit.</summary>
    /// <param name="newest">The person's newest touch: it is full, however long ago, so that who has not come for years is still known by what they did.</param>
    public static float Strength(Touch touch, DateTimeOffset newest, DateTimeOffset now, double fresh)
    {
        var age = Math.Max(0, (newest - touch.Last).TotalDays);
        var strength = Math.Log2(1 + touch.Weight) * Math.Pow(0.5, age / 60);
        return (float)(now - touch.Last < Visit ? strength * (1 + 3 * fresh) : strength);
    }

    private void FromPerson(Shelf shelf, CoVisits coVisits, Blend? model, RankingQuestion question)
    {
        var own = new float[shelf.Count];
        var learned = Sources.Where(s => s.Item < shelf.Learned).OrderBy(s => s.Item).ToList();
        if (model is not null && learned.Count > 0)
        {
            var history = (Items: learned.Select(s => s.Item).ToArray(), Weights: learned.Select(s => s.Strength).ToArray());
            var whole = model.Parts.Sum(p => p.Weight);
            foreach (var (name, scorer, weight) in model.Parts)
            {
                Array.Clear(own);
                scorer.Score(new History(history.Items, history.Weights), own.AsSpan(0, shelf.Learned));
                Blend.Standardise(own.AsSpan(0, shelf.Learned));
                Add(name, own, weight / whole);
            }
        }
        else
        {
            Add(Popularity, shelf.Popular, 0.5f);
        }
        var spoken = Sources.OrderBy(s => s.Item).ToList();
        Array.Clear(own);
        shelf.Likeness.Score(new History([.. spoken.Select(s => s.Item)], [.. spoken.Select(s => s.Strength)]), own);
        Blend.Standardise(own);
        Add(RecommendationModel.Likeness, own, Math.Max(shelf.Model?.LikenessWeight ?? 0.5f, 0.1f));
        Array.Clear(own);
        foreach (var (_, touch, _) in Sources.Where(s => question.Now - s.Touch.Last < Visit).TakeLast(VisitProducts))
            foreach (var (product, share) in coVisits.Of(touch.Product))
                if (shelf.Find(product) is { } item) own[item] += share;
        var most = TensorPrimitives.Max<float>(own);
        if (most > 0) Add(Live, own, (float)question.Policy.Fresh * LiveSpreads / most);
    }

    /// <summary>Shares of the nearest products, so that what no voice names is ordered by popularity far behind.</summary>
    private void FromProduct(Shelf shelf, CoVisits coVisits, Blend? model, int product, RankingQuestion question)
    {
        Add(Popularity, shelf.Popular, 0.02f);
        var together = question.Kind == ListKinds.BoughtTogether;
        if (shelf.Model is { } learnt && product < shelf.Learned && (together || question.Kind == ListKinds.Similar))
            Row(Together, learnt.Together.TargetsOf(product), learnt.Together.WeightsOf(product), together ? 3 : 0.3f);
        if (model is not null && product < shelf.Learned)
            foreach (var part in model.Parts)
                if (part.Scorer is ItemWeights weights) Row(part.Name, weights.TargetsOf(product), weights.WeightsOf(product), together ? 0.3f : 0.6f);
        if (!together) Row(RecommendationModel.Likeness, shelf.Likeness.TargetsOf(product), shelf.Likeness.WeightsOf(product), 1);
        var live = new float[shelf.Count];
        foreach (var (other, share) in coVisits.Of(shelf.Products[product].Id))
            if (shelf.Find(other) is { } item) live[item] = share;
        Add(Live, live, (float)question.Policy.Fresh * (together ? 0.4f : 0.8f));

        void Row(string voice, ReadOnlySpan<int> targets, ReadOnlySpan<float> values, float weight)
        {
            var row = new float[shelf.Count];
            for (var n = 0; n < targets.Length; n++) row[targets[n]] = values[n];
            var most = TensorPrimitives.Max<float>(row);
            if (most > 0) Add(voice, row, weight / most);
        }
    }

    private void Add(string voice, ReadOnlySpan<float> values, float weight)
    {
        TensorPrimitives.MultiplyAdd(values, weight, Total, Total);
        if (!_keep) return;
        var kept = new float[values.Length];
        TensorPrimitives.Multiply(values, weight, kept);
        _voices.Add((voice, kept));
    }
}
