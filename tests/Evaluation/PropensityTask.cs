using System.Globalization;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Chances learned from any table and judged on rows never seen. Without a time, up to 30,000 rows are judged by
/// cross-validation around the whole of learning (choice of candidate, settings and calibration see only the rows that
/// teach), more by a held fifth; with a time, the newest fifth is judged.
/// </summary>
internal static class PropensityTask
{
    private const int CrossRows = 30_000;
    private const double Held = 0.2;

    public static readonly EvaluationTask Task = new("propensity", "<table.csv> --label column [--positive value] [--time column] [--seed s] [--trials n] [--minutes m]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("label", "positive", "time", "seed", "trials", "minutes");
        var label = arguments.Text("label") ?? throw new EvaluationException("Name the column to foretell: --label column.");
        var (seed, trials, minutes) = (arguments.Number("seed") ?? 1, arguments.Number("trials") ?? 18, arguments.Number("minutes") ?? 10);
        var table = TableFile.Read(arguments.Path(0, "the table"), label, arguments.Text("positive"), arguments.Text("time"));
        var rows = table.Rows;
        var rare = (int)Math.Min(rows.Positives, rows.Count - rows.Positives);
        if (rare < 10) throw new EvaluationException($"{label} has {rare} rows of the rarer value; at least 10 are needed to learn and judge.");
        var splits = Outer(rows, seed);
        var budget = new SearchBudget(TimeSpan.FromMinutes((double)minutes / splits.Count), Trials: trials);
        var (own, logistic, labels, chosen, baseRate) = (new List<double>(), new List<double>(), new List<double>(), new List<string>(), new List<double>());
        LearnedChance? last = null;
        foreach (var (train, judge) in splits)
        {
            var inner = Inner(train, rare, seed);
            last = ChanceLearner.Learn(train, inner, Candidates.For(train), budget, seed, TimeProvider.System);
            own.AddRange(last.Model.Score(judge));
            logistic.AddRange(Candidates.Linear.Fit(train, LearningTask.Chance, Candidates.Linear.Draw(new Random(seed)).First(), seed).Score(judge));
            labels.AddRange(judge.Labels);
            baseRate.Add(train.Mean);
            chosen.Add($"{last.Search.Candidate.Name} ({last.Search.Settings}), calibration {last.Model.Calibrator.Kind}{(last.Search.OutOfTime ? ", out of time" : "")}");
        }
        var judged = ChanceLearner.Judge([.. own], [.. labels], [.. logistic], baseRate.Average(), seed);
        foreach (var (name, measure) in judged.Measures)
        {
            report.Figure(name, measure.Value);
            report.Figure(name + " 95%", string.Create(CultureInfo.InvariantCulture, $"{measure.Low:F4}..{measure.High:F4}"));
        }
        report.Figure("better than the base rate", judged.BeatsBaseline ? "yes" : "no: not better than the baseline");
        report.Figure("ECE of faultless chances on as many rows", new ChanceMetrics([.. own], [.. labels]).EceOfTruth(seed));
        report.Figure("rows", rows.Count);
        report.Figure("judged rows", labels.Count);
        report.Figure("positive", $"{label} = {table.Positive}");
        report.Figure("features", rows.Columns);
        if (table.WithoutLabel > 0) report.Figure("rows without label", table.WithoutLabel);
        if (table.LeftOut.Count > 0) report.Figure("left out", string.Join(", ", table.LeftOut));
        foreach (var (choice, fold) in chosen.Select((c, i) => (c, i + 1))) report.Figure($"chosen {fold}", choice);
        var drivers = Importance.Permute(last!.Model.Score, splits[^1].Judge, LearningTask.Chance, seed);
        report.Figure("drivers", string.Join(", ", drivers.Take(5).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Feature} {d.Weight:F4}"))));
        foreach (var (name, measures) in judged.Baselines.Reverse())
            foreach (var (measure, value) in measures) report.Baseline(name, measure, value);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    private static IReadOnlyList<(LearningRows Train, LearningRows Judge)> Outer(LearningRows rows, int seed)
    {
        if (rows.Times is { } times)
        {
            var split = Splits.ByTime(times, 0, Held);
            if (split.Test.Length == 0 || split.Train.Length == 0) throw new EvaluationException("All rows have the same time: nothing is newer than the rest.");
            var (train, judge) = (rows.Take(split.Train), rows.Take(split.Test));
            return train.Positives is 0 || train.Positives == train.Count ? throw new EvaluationException("The older rows hold one value of the label only.") : [(train, judge)];
        }
        if (rows.Count <= CrossRows) return Splits.Pairs(rows, 5, seed);
        var random = Splits.Stratified(rows.Labels, 0, Held, seed);
        return [(rows.Take(random.Train), rows.Take(random.Test))];
    }

    private static IReadOnlyList<(LearningRows Train, LearningRows Judge)> Inner(LearningRows train, int rare, int seed)
    {
        if (train.Times is not { } times) return Splits.Pairs(train, rare < 30 ? 3 : 5, seed + 1);
        var split = Splits.ByTime(times, 0, 0.25);
        return split.Train.Length > 0 && train.Take(split.Train).Labels.Distinct().Count() == 2 ? [(train.Take(split.Train), train.Take(split.Test))] : Splits.Pairs(train, 3, seed + 1);
    }
}
