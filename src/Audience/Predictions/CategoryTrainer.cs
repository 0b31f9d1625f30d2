using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Learns from which category somebody buys next; judged by the purchases of the newest month.</summary>
internal sealed class CategoryTrainer(HistoryStore history, PredictionWatch watch, PredictionWords words, ShopClock clock) : IModelTrainer
{
    private const int Days = 30;
    private const int Years = 730;
    private const int Fewest = 30;
    private const int Seed = 1;

    public string Kind => PredictionKinds.NextCategory;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        if (await history.SpanAsync(clock.Now, context.Cancel) is not { } span) return TrainingOutcome.Refused("no events");
        var end = PredictionClock.End(span.Last, clock);
        var lines = (await history.LinesAsync(end.AddDays(-Years), end, context.Cancel)).Where(l => l.Category is not null).ToList();
        var categories = lines.Select(l => l.Category!).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (categories.Length < 2) return TrainingOutcome.Refused($"categories {categories.Length} < 2");
        if (lines.Select(l => l.Person).Distinct().Count() is var buyers && buyers < PredictionKinds.FewestBuyers) return TrainingOutcome.Refused($"buyers {buyers} < {PredictionKinds.FewestBuyers}");
        var (chooseAt, judgeAt) = (end.AddDays(-2 * Days), end.AddDays(-Days));
        var choose = Rows(lines, await history.ViewsAsync(chooseAt.AddDays(-Days), chooseAt, context.Cancel), categories, chooseAt);
        var judge = Rows(lines, await history.ViewsAsync(judgeAt.AddDays(-Days), judgeAt, context.Cancel), categories, judgeAt);
        if (choose.Count < Fewest || judge.Count < Fewest) return TrainingOutcome.Refused($"next orders {Math.Min(choose.Count, judge.Count)} < {Fewest}");
        return TrainingOutcome.Of(await context.ComputeAsync(() => Learn(lines, categories, choose, judge, judgeAt, span.First, end, buyers, context)));
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => watch.NeedsScoring(cancel);

    public string FeatureName(string key) => words.Feature(key);

    private static TrainedModel Learn(List<LineRow> lines, string[] categories, List<(CategoryHistory History, int Next)> choose, List<(CategoryHistory History, int Next)> judge, DateTimeOffset judgeAt,
        DateTimeOffset first, DateTimeOffset end, int buyers, TrainingContext context)
    {
        context.ReportAndYield("comparing", 0.3);
        var model = CategoryModel.Fit(categories, Popular(lines.Where(l => l.At < judgeAt), categories), choose, context.Cancel);
        var says = judge.Select(r => model.Score(r.History)).ToList();
        Estimate Measured(Func<int, double> of) => Estimate.Bootstrap(judge.Count, w => Enumerable.Range(0, judge.Count).Sum(i => of(i) * (w?[i] ?? 1)) / judge.Count, Seed);
        double Rank(int i) => says[i].Count(s => s > says[i][judge[i].Next]);
        double Popularity(int i) => -Math.Log(Math.Max(1e-9, model.Popular[judge[i].Next]));
        double Own(int i) => -Math.Log(Math.Max(1e-9, says[i][judge[i].Next]));
        var (best, gain) = (Array.IndexOf(model.Popular, model.Popular.Max()), Measured(i => Popularity(i) - Own(i)));
        var measures = new Dictionary<string, Estimate> { ["log loss"] = Measured(Own), ["accuracy"] = Measured(i => Rank(i) < 1 ? 1 : 0), ["top 3"] = Measured(i => Rank(i) < 3 ? 1 : 0) };
        var lastBought = judge.Average(r => (r.History.Bought.Count > 0 ? r.History.Bought[0].Category : best) == r.Next ? 1.0 : 0);
        var card = new ModelCard
        {
            Primary = "log loss", Measures = [.. measures.Select(m => new CardMeasure(m.Key, m.Value.Value, m.Value.Low, m.Value.High))], BeatsBaseline = gain.Low > 0, People = buyers,
            Baselines = [new("most bought", new Dictionary<string, double> { ["log loss"] = judge.Select((_, i) => Popularity(i)).Average(), ["accuracy"] = judge.Average(r => r.Next == best ? 1.0 : 0), ["top 3"] = judge.Average(r => model.Popular.Count(p => p > model.Popular[r.Next]) < 3 ? 1.0 : 0) }),
                new("last bought", new Dictionary<string, double> { ["accuracy"] = lastBought })],
            Chosen = FormattableString.Invariant($"pull={model.Pull} half-life={model.HalfLife} views={model.Views}"), JudgedFrom = judgeAt, JudgedTo = end, Limits = ["cold", "season", "consent"],
        };
        var final = model with { Popular = Popular(lines, categories) };
        return new TrainedModel(ModelBytes.Write(final), gain.Low > 0 ? "better" : "not better", true, ["categories_bought", "categories_viewed"], measures.ToDictionary(m => m.Key, m => m.Value.Value), first, end, lines.Count, Seed, card);
    }

    /// <summary>Everybody's share of each category, no category without any.</summary>
    private static double[] Popular(IEnumerable<LineRow> lines, string[] categories)
    {
        var counts = lines.GroupBy(l => l.Category!).ToDictionary(g => g.Key, g => (double)g.Count());
        var sum = counts.Values.Sum() + 0.5 * categories.Length;
        return [.. categories.Select(c => (counts.GetValueOrDefault(c) + 0.5) / sum)];
    }

    /// <summary>Customers as they stood at an instant, with the category of the first line they bought in the month after.</summary>
    private static List<(CategoryHistory History, int Next)> Rows(List<LineRow> lines, IReadOnlyList<HistoryStore.CategoryViews> views, string[] categories, DateTimeOffset at)
    {
        var histories = Histories(lines.Where(l => l.At < at), views, categories, at);
        return [.. lines.Where(l => l.At >= at && l.At < at.AddDays(Days)).GroupBy(l => l.Person).Where(g => histories.ContainsKey(g.Key))
            .Select(g => (histories[g.Key], Array.BinarySearch(categories, g.MinBy(l => l.At)!.Category!, StringComparer.Ordinal)))];
    }

    internal static Dictionary<string, CategoryHistory> Histories(IEnumerable<LineRow> lines, IEnumerable<HistoryStore.CategoryViews> views, string[] categories, DateTimeOffset at)
    {
        var viewed = views.ToLookup(v => v.Person);
        int Place(string category) => Array.BinarySearch(categories, category, StringComparer.Ordinal);
        return lines.Where(l => l.Category is not null && Place(l.Category) >= 0).GroupBy(l => l.Person).ToDictionary(g => g.Key, g => new CategoryHistory(
            [.. g.OrderByDescending(l => l.At).Select(l => (Place(l.Category!), (at - l.At).TotalDays))],
            [.. viewed[g.Key].Where(v => Place(v.Category) >= 0).Select(v => (Place(v.Category), (double)v.Views))]));
    }
}
