namespace BehaviorDashboard.Learning;

/// <summary>A model of a chance, and how it was chosen.</summary>
public sealed record LearnedChance(ChanceModel Model, SearchResult Search);

/// <summary>What a model was worth on rows it had not seen, beside simple ones.</summary>
/// <param name="Measures">AUC, log loss, Brier and ECE, each with its interval.</param>
/// <param name="Baselines">By name (base rate, logistic): the same measures, plain.</param>
/// <param name="Gain">Cross-entropy saved against the base rate, a row.</param>
public sealed record ChanceReport(IReadOnlyDictionary<string, Estimate> Measures, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Baselines, Estimate Gain, IReadOnlyList<CalibrationBin> Curve)
{
    public bool BeatsBaseline => Gain.Low > 0;
}

/// <summary>Learns chances: compare candidates → calibrate on unseen rows → learn again from all.</summary>
public static class ChanceLearner
{
    private const int MostForDoubles = 3_000;
    private const int DoublesMade = 20;
    private const int FreeBelow = 300;

    /// <param name="folds">How rows are parted for comparing and calibrating: by time or by cross-validation, never by what is to be judged later.</param>
    public static LearnedChance Learn(LearningRows rows, IReadOnlyList<(LearningRows Train, LearningRows Judge)> folds, IReadOnlyList<ICandidate> candidates, SearchBudget budget, int seed,
        TimeProvider time, Action<double>? report = null, CancellationToken cancel = default)
    {
        var search = Search.Run(candidates, folds, LearningTask.Chance, budget, seed, time, report, cancel);
        double[] foretold = [.. search.Foretold.SelectMany(f => f)], labels = [.. folds.SelectMany(f => f.Judge.Labels)];
        var calibrator = Calibrator.Learn(foretold, labels, seed);
        cancel.ThrowIfCancellationRequested();
        var fitted = search.Candidate.Fit(rows.Sample(budget.Rows, seed), LearningTask.Chance, search.Settings, seed);
        return new LearnedChance(ChanceModel.Of(fitted, calibrator, foretold, labels, Doubles(rows, search.Candidate, search.Settings, seed, cancel), seed), search);
    }

    /// <summary>What chance in who taught does to a model: it learns again from bootstrap samples of people. None where many taught.</summary>
    public static FittedModel[] Doubles(LearningRows rows, ICandidate candidate, Settings settings, int seed, CancellationToken cancel = default)
    {
        if (rows.Count > MostForDoubles) return [];
        var people = Enumerable.Range(0, rows.Count).GroupBy(i => rows.Groups?[i] ?? i).Select(g => g.ToArray()).ToArray();
        // Settings chosen on few rows hold a model back; what it might say is asked without that.
        var free = rows.Count < FreeBelow ? candidate.Draw(new Random(seed)).First() : settings;
        var doubles = new FittedModel[DoublesMade];
        for (var d = 0; d < doubles.Length; d++)
        {
            cancel.ThrowIfCancellationRequested();
            doubles[d] = candidate.Fit(rows.Take([.. Sampling.Bootstrap(people.Length, seed + d).SelectMany(p => people[p])]), LearningTask.Chance, free, seed);
        }
        return doubles;
    }

    /// <param name="foretold">Of the model, on rows it has not seen.</param>
    /// <param name="logistic">Of the plain logistic regression on the same rows; null where there is none.</param>
    /// <param name="baseRate">How often it happened in the rows that taught.</param>
    public static ChanceReport Judge(double[] foretold, double[] labels, double[]? logistic, double baseRate, int seed, IReadOnlyList<int>? groups = null)
    {
        var own = new ChanceMetrics(foretold, labels);
        var rate = new ChanceMetrics([.. labels.Select(_ => Math.Clamp(baseRate, 1e-4, 1 - 1e-4))], labels);
        var baselines = new Dictionary<string, IReadOnlyDictionary<string, double>> { ["base rate"] = Plain(rate) };
        if (logistic is not null) baselines["logistic"] = Plain(new ChanceMetrics(logistic, labels));
        Estimate Measured(Func<int[]?, double> measure) => Estimate.Bootstrap(labels.Length, measure, seed, groups: groups);
        return new ChanceReport(new Dictionary<string, Estimate> { ["AUC"] = Measured(own.Auc), ["log loss"] = Measured(own.LogLoss), ["Brier"] = Measured(own.Brier), ["ECE"] = Measured(own.Ece) },
            baselines, Measured(w => rate.LogLoss(w) - own.LogLoss(w)), own.Curve());
    }

    private static Dictionary<string, double> Plain(ChanceMetrics m) => new() { ["AUC"] = m.Auc(), ["log loss"] = m.LogLoss(), ["Brier"] = m.Brier(), ["ECE"] = m.Ece() };
}
