using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Campaigns;

/// <summary>A ranking by predicted effect, the learner it came from, and how each fared on people it had not seen.</summary>
/// <param name="Qini">Of the chosen one, on validation; at most 0: no better than random.</param>
public sealed record UpliftModel(string Learner, double Qini, IReadOnlyDictionary<string, double> Validated, Predictor Predict)
{
    private const int Folds = 4;

    /// <summary>Conversions of held-out people below which individual effects cannot stand alone.</summary>
    private const int FewConversions = 3_000;

    /// <summary>
    /// Tries every learner on people left out (cross-validation), judges by the area between its ranking and random order over
    /// doubly robust effects (Robins, Rotnitzky and Zhao 1994: an unbiased effect of each person with far less noise than
    /// outcomes), and fits the best one on everybody. While few held-out people have converted, individual effects are mostly
    /// noise: then each is drawn half-way towards the response, which effects mostly follow.
    /// </summary>
    public static UpliftModel Fit(UpliftTable table, int seed, Action<double>? progress = null, CancellationToken cancel = default)
    {
        var random = new Random(seed);
        var fold = Enumerable.Range(0, table.Count).Select(_ => random.Next(Folds)).ToArray();
        var few = Enumerable.Range(0, table.Count).Where(i => !table.Treated[i]).Sum(i => Math.Min(1, Math.Abs(table.Outcome[i]))) < FewConversions;
        var learners = UpliftLearners.All.Select(l => few ? Drawn(l) : l).ToList();
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
        var best = validated.MaxBy(v => v.Value).Key;
        return new UpliftModel(best, validated[best], validated, learners.First(l => l.Name == best).Fit(table, seed));
    }

    private static UpliftLearner Drawn(UpliftLearner learner) =>
        new(learner.Name + " and response", (t, seed) => UpliftLearners.Mean([learner.Fit(t, seed), UpliftLearners.Response.Fit(t, seed)], t));

    private static double Robust(UpliftTable t, int i, double mu1, double mu0) =>
        mu1 - mu0 + (t.Treated[i] ? (t.Outcome[i] - mu1) / t.Propensity : -(t.Outcome[i] - mu0) / (1 - t.Propensity));
}
