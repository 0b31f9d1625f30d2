using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>Learns how differently people heed reduced prices; judged by whether it foretells which later purchases were reduced ones.</summary>
internal sealed class PriceTrainer(HistoryStore history, PredictionWatch watch, PredictionWords words, ShopClock clock) : LineTrainer(PredictionKinds.Price, Days, history, watch, words, clock)
{
    public const int Days = 365;
    private const int JudgedDays = 60;
    private const int Fewest = 50;
    private const int FewestJudged = 30;

    protected override async Task<TrainingOutcome> LearnAsync(LineData data, TrainingContext context)
    {
        var marked = PriceModel.Mark(data.Lines, await History.PricesAsync(data.End.AddDays(-Days - 60), data.End, context.Cancel));
        var reduced = marked.Count(m => m.Reduced);
        if (reduced < Fewest) return TrainingOutcome.Refused($"reduced lines {reduced} < {Fewest}");
        return TrainingOutcome.Of(await context.ComputeAsync(() => Learn(marked, data, context)));
    }

    private static TrainedModel Learn(IReadOnlyList<(LineRow Line, bool Reduced, double Share)> marked, LineData data, TrainingContext context)
    {
        context.ReportAndYield("fitting", 0.4);
        var split = data.End.AddDays(-JudgedDays);
        var habits = PriceModel.Habits(marked.Where(m => m.Line.At < split));
        var before = PriceModel.Fit(habits.Values);
        var judged = marked.Where(m => m.Line.At >= split && habits.ContainsKey(m.Line.Person)).ToList();
        double Chance(int i, double index) => Math.Clamp(index * judged[i].Share, 0.01, 0.99);
        double[] came = [.. judged.Select(j => j.Reduced ? 1.0 : 0)], plain = [.. judged.Select((_, i) => Chance(i, 1))], says = [.. judged.Select((j, i) => Chance(i, before.Index(habits[j.Line.Person]).Value))];
        int[] people = [.. judged.Select(j => PredictionClock.Number(j.Line.Person))];
        var report = judged.Count < FewestJudged ? null : ChanceLearner.Judge(says, came, null, came.Average(), Seed, people);
        var (alike, own) = (new ChanceMetrics(plain, came), new ChanceMetrics(says, came));
        var gain = report is null ? (Estimate?)null : Estimate.Bootstrap(came.Length, w => alike.LogLoss(w) - own.LogLoss(w), Seed, groups: people);
        var model = PriceModel.Fit(PriceModel.Habits(marked).Values);
        var card = new ModelCard
        {
            Primary = "log loss", Measures = report is null ? [] : Measures(report.Measures),
            Baselines = report is null ? [] : [new("everybody alike", new Dictionary<string, double> { ["log loss"] = alike.LogLoss(), ["AUC"] = alike.Auc(), ["Brier"] = alike.Brier(), ["ECE"] = alike.Ece() })],
            Positives = marked.Count(m => m.Reduced), Chosen = FormattableString.Invariant($"κ={model.Kappa:0.##}"), JudgedFrom = split, Limits = ["cold", "correlation", "consent"],
        };
        return Publish(model, card, gain, ["reduced_bought", "reduced_of_others"], data, marked.Count);
    }
}
