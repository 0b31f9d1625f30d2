using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Learns how differently people heed reduced prices; judged by whether it foretells which later purchases were reduced ones.</summary>
internal sealed class PriceTrainer(HistoryStore history, PredictionWatch watch, PredictionWords words, ShopClock clock) : IModelTrainer
{
    public const int Days = 365;
    private const int JudgedDays = 60;
    private const int Fewest = 50;
    private const int Seed = 1;

    public string Kind => PredictionKinds.Price;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        if (await history.SpanAsync(clock.Now, context.Cancel) is not { } span) return TrainingOutcome.Refused("no events");
        var end = PredictionClock.End(span.Last, clock);
        var lines = await history.LinesAsync(end.AddDays(-Days), end, context.Cancel);
        if (lines.Select(l => l.Person).Distinct().Count() is var buyers && buyers < PredictionKinds.FewestBuyers) return TrainingOutcome.Refused($"buyers {buyers} < {PredictionKinds.FewestBuyers}");
        var marked = PriceModel.Mark(lines, await history.PricesAsync(end.AddDays(-Days - 60), end, context.Cancel));
        var reduced = marked.Count(m => m.Reduced);
        if (reduced < Fewest) return TrainingOutcome.Refused($"reduced lines {reduced} < {Fewest}");
        return TrainingOutcome.Of(await context.ComputeAsync(() => Learn(marked, span.First, end, buyers, context)));
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => watch.NeedsScoring(cancel);

    public string FeatureName(string key) => words.Feature(key);

    private static TrainedModel Learn(IReadOnlyList<(LineRow Line, bool Reduced, double Share)> marked, DateTimeOffset first, DateTimeOffset end, int buyers, TrainingContext context)
    {
        context.ReportAndYield("fitting", 0.4);
        var split = end.AddDays(-JudgedDays);
        var habits = PriceModel.Habits(marked.Where(m => m.Line.At < split));
        var before = PriceModel.Fit(habits.Values);
        var judged = marked.Where(m => m.Line.At >= split && habits.ContainsKey(m.Line.Person)).ToList();
        double Chance(int i, double index) => Math.Clamp(index * judged[i].Share, 0.01, 0.99);
        double[] came = [.. judged.Select(j => j.Reduced ? 1.0 : 0)], plain = [.. judged.Select((_, i) => Chance(i, 1))], says = [.. judged.Select((j, i) => Chance(i, before.Index(habits[j.Line.Person]).Value))];
        var report = judged.Count < 30 ? null : ChanceLearner.Judge(says, came, null, came.Average(), Seed, [.. judged.Select(j => PredictionClock.Number(j.Line.Person))]);
        var alike = report is null ? null : new ChanceMetrics(plain, came);
        var own = report is null ? null : new ChanceMetrics(says, came);
        var gain = report is null ? new Estimate(double.NaN, double.NaN, double.NaN) : Estimate.Bootstrap(came.Length, w => alike!.LogLoss(w) - own!.LogLoss(w), Seed, groups: [.. judged.Select(j => PredictionClock.Number(j.Line.Person))]);
        var model = PriceModel.Fit(PriceModel.Habits(marked).Values);
        var card = new ModelCard
        {
            Primary = "log loss", Measures = [.. (report?.Measures ?? new Dictionary<string, Estimate>()).Select(m => new CardMeasure(m.Key, m.Value.Value, m.Value.Low, m.Value.High))],
            Baselines = alike is null ? [] : [new("everybody alike", new Dictionary<string, double> { ["log loss"] = alike.LogLoss(), ["AUC"] = alike.Auc(), ["Brier"] = alike.Brier(), ["ECE"] = alike.Ece() })],
            BeatsBaseline = report is null ? null : gain.Low > 0, People = buyers, Positives = marked.Count(m => m.Reduced), Chosen = FormattableString.Invariant($"κ={model.Kappa:0.##}"), JudgedFrom = split, JudgedTo = end, Limits = ["cold", "correlation", "consent"],
        };
        return new TrainedModel(ModelBytes.Write(model), gain.Low > 0 ? "better" : "not better", true, ["reduced_bought", "reduced_of_others"], card.Measures.ToDictionary(m => m.Name, m => m.Value), first, end, marked.Count, Seed, card);
    }
}
