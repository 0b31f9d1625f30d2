using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Learns from which category somebody buys next; judged by the purchases of the newest month.</summary>
internal sealed class CategoryTrainer(HistoryStore history, PredictionWatch watch, PredictionWords words, ShopClock clock) : LineTrainer(PredictionKinds.NextCategory, Years, history, watch, words, clock)
{
    private const int Days = 30;
    private const int Years = 730;
    private const int Fewest = 30;

    protected override bool Teaches(LineRow line) => line.Category is not null;

    protected override async Task<TrainingOutcome> LearnAsync(LineData data, TrainingContext context)
    {
        var categories = data.Lines.Select(l => l.Category!).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (categories.Length < 2) return TrainingOutcome.Refused($"categories {categories.Length} < 2");
        var (chooseAt, judgeAt) = (data.End.AddDays(-2 * Days), data.End.AddDays(-Days));
        var choose = Rows(data.Lines, await ViewedAsync(History, chooseAt, context.Cancel), categories, chooseAt);
        var judge = Rows(data.Lines, await ViewedAsync(History, judgeAt, context.Cancel), categories, judgeAt);
        if (choose.Count < Fewest || judge.Count < Fewest) return TrainingOutcome.Refused($"next orders {Math.Min(choose.Count, judge.Count)} < {Fewest}");
        return TrainingOutcome.Of(await context.ComputeAsync(() => Learn(data, categories, choose, judge, judgeAt, context)));
    }

    private static TrainedModel Learn(LineData data, string[] categories, List<(CategoryHistory History, int Next)> choose, List<(CategoryHistory History, int Next)> judge, DateTimeOffset judgeAt, TrainingContext context)
    {
        context.ReportAndYield("comparing", 0.3);
        var model = CategoryModel.Fit(categories, days => Popular(data.Lines, categories, judgeAt.AddDays(-Days), days), choose, context.Cancel);
        model = model with { Popular = Popular(data.Lines, categories, judgeAt, model.Trend) };
        var plain = Popular(data.Lines, categories, judgeAt, 0);
        var says = judge.Select(r => model.Score(r.History)).ToList();
        Estimate Measured(Func<int, double> of) => Estimate.Bootstrap(judge.Count, w => Enumerable.Range(0, judge.Count).Sum(i => of(i) * (w?[i] ?? 1)) / judge.Count, Seed);
        double Rank(int i) => says[i].Count(s => s > says[i][judge[i].Next]);
        double Popularity(int i) => -Math.Log(Math.Max(1e-9, plain[judge[i].Next]));
        double Own(int i) => -Math.Log(Math.Max(1e-9, says[i][judge[i].Next]));
        var (best, gain) = (Array.IndexOf(plain, plain.Max()), Measured(i => Popularity(i) - Own(i)));
        var measures = new Dictionary<string, Estimate> { ["log loss"] = Measured(Own), ["accuracy"] = Measured(i => Rank(i) < 1 ? 1 : 0), ["top 3"] = Measured(i => Rank(i) < 3 ? 1 : 0) };
        var lastBought = judge.Average(r => (r.History.Bought.Count > 0 ? r.History.Bought[0].Category : best) == r.Next ? 1.0 : 0);
        var card = new ModelCard
        {
            Primary = "log loss", Measures = Measures(measures),
            Baselines = [new("most bought", new Dictionary<string, double> { ["log loss"] = judge.Select((_, i) => Popularity(i)).Average(), ["accuracy"] = judge.Average(r => r.Next == best ? 1.0 : 0), ["top 3"] = judge.Average(r => plain.Count(p => p > plain[r.Next]) < 3 ? 1.0 : 0) }),
                new("last bought", new Dictionary<string, double> { ["accuracy"] = lastBought })],
            Chosen = FormattableString.Invariant($"pull={model.Pull} half-life={model.HalfLife} views={model.Views} older views={model.OlderViews} trend={model.Trend}"), JudgedFrom = judgeAt, Limits = ["cold", "season", "consent"],
        };
        return Publish(model with { Popular = Popular(data.Lines, categories, data.End, model.Trend) }, card, gain, ["categories_bought", "categories_viewed"], data, data.Lines.Count);
    }

    /// <summary>Everybody's share of each category before an instant, no category without any.</summary>
    /// <param name="trend">Days after which a purchase counts half; 0: all count alike.</param>
    private static double[] Popular(IEnumerable<LineRow> lines, string[] categories, DateTimeOffset at, double trend)
    {
        var counts = lines.Where(l => l.At < at).GroupBy(l => l.Category!).ToDictionary(g => g.Key, g => trend > 0 ? g.Sum(l => Math.Pow(0.5, (at - l.At).TotalDays / trend)) : g.Count());
        var sum = counts.Values.Sum() + 0.5 * categories.Length;
        return [.. categories.Select(c => (counts.GetValueOrDefault(c) + 0.5) / sum)];
    }

    /// <summary>Customers as they stood at an instant, with the category of the first line they bought in the month after.</summary>
    private static List<(CategoryHistory History, int Next)> Rows(IReadOnlyList<LineRow> lines, IReadOnlyList<CategoryViews> views, string[] categories, DateTimeOffset at)
    {
        var histories = Histories(lines.Where(l => l.At < at), views, categories, at);
        return [.. lines.Where(l => l.At >= at && l.At < at.AddDays(Days)).GroupBy(l => l.Person).Where(g => histories.ContainsKey(g.Key))
            .Select(g => (histories[g.Key], Array.BinarySearch(categories, g.MinBy(l => l.At)!.Category!, StringComparer.Ordinal)))];
    }

    /// <summary>What everybody looked at before an instant: in the last month, and in the half year before that.</summary>
    internal static async Task<IReadOnlyList<CategoryViews>> ViewedAsync(HistoryStore history, DateTimeOffset at, CancellationToken cancel)
    {
        var month = at.AddDays(-Days);
        var recent = await history.ViewsAsync(month, at, cancel);
        var older = await history.ViewsAsync(month.AddDays(-6 * Days), month, cancel);
        return [.. recent.Select(v => new CategoryViews(v.Person, v.Category, v.Views, 0)), .. older.Select(v => new CategoryViews(v.Person, v.Category, 0, v.Views))];
    }

    internal static Dictionary<string, CategoryHistory> Histories(IEnumerable<LineRow> lines, IEnumerable<CategoryViews> views, string[] categories, DateTimeOffset at)
    {
        var viewed = views.ToLookup(v => v.Person);
        int Place(string category) => Array.BinarySearch(categories, category, StringComparer.Ordinal);
        return lines.Where(l => l.Category is not null && Place(l.Category) >= 0).GroupBy(l => l.Person).ToDictionary(g => g.Key, g => new CategoryHistory(
            [.. g.OrderByDescending(l => l.At).Select(l => (Place(l.Category!), (at - l.At).TotalDays))],
            [.. viewed[g.Key].Where(v => Place(v.Category) >= 0).Select(v => (Place(v.Category), (double)v.Recent, (double)v.Older))]));
    }
}

/// <summary>How often a person looked at products of a category, of late and before.</summary>
internal sealed record CategoryViews(string Person, string Category, long Recent, long Older);
