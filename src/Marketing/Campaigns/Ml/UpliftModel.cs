using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Campaigns;

/// <summary>A ranking by predicted effect, the learner it came from, and how each fared on people it had not seen.</summary>
/// <param name="Qini">Of the chosen one against random order, on validation.</param>
/// <param name="Error">Its standard error.</param>
public sealed record UpliftModel(string Learner, double Qini, double Error, IReadOnlyDictionary<string, double> Validated, Predictor Predict)
{
    private const int Folds = 4;

    /// <summary>How far another learner must be ahead of the relative effect, in standard errors of the difference: the best of many by luck is no better.</summary>
    private const double AheadBy = 2;

    /// <summary>
    /// Tries every learner on people left out (cross-validation) and judges by the area between its ranking and random order over
    /// doubly robust effects (Robins, Rotnitzky and Zhao 1994: an unbiased effect of each person with far less noise than
    /// outcomes). <see cref="RelativeEffect"/> stays unless another is clearly ahead of it; the chosen one is fitted on everybody.
    /// </summary>
    public static UpliftModel Fit(UpliftTable table, int seed, Action<double>? progress = null, CancellationToken cancel = default)
    {
        var random = new Random(seed);
        var fold = Enumerable.Range(0, table.Count).Select(_ => random.Next(Folds)).ToArray();
        var learners = UpliftLearners.All;
        var scores = learners.ToDictionary(l => l.Name, _ => new double[table.Count]);
        var effects = new double[table.Count];
        for (var k = 0; k < Folds; k++)
        {
            cancel.ThrowIfCancellationRequested();
            var train = table.Where(i => fold[i] != k);
            var (mu1, mu0) = UpliftLearners.Outcomes(train, seed);
            var parts = learners.Select(l => l.Fit(train, seed)).ToList();
            for (var i = 0; i < table.Count; i++)
            {
                if (fold[i] != k) continue;
                effects[i] = Robust(table, i, mu1(table.Rows[i]), mu0(table.Rows[i]));
                for (var l = 0; l < parts.Count; l++) scores[learners[l].Name][i] = parts[l](table.Rows[i]);
            }
            progress?.Invoke((k + 1.0) / (Folds + 1));
        }
        var validated = scores.ToDictionary(s => s.Key, s => UpliftCurve.OfTruth(s.Value, effects).Qini);
        var settled = UpliftLearners.Relative.Name;
        var best = validated.MaxBy(v => v.Value).Key;
        var (ahead, error) = UpliftCurve.Compare(scores[best], scores[settled], effects);
        var chosen = ahead > AheadBy * error ? best : settled;
        var (qini, spread) = UpliftCurve.Compare(scores[chosen], new double[table.Count], effects);
        return new UpliftModel(chosen, qini, spread, validated, learners.First(l => l.Name == chosen).Fit(table, seed));
    }

    private static double Robust(UpliftTable t, int i, double mu1, double mu0) =>
        mu1 - mu0 + (t.Treated[i] ? (t.Outcome[i] - mu1) / t.Propensity : -(t.Outcome[i] - mu0) / (1 - t.Propensity));
}
