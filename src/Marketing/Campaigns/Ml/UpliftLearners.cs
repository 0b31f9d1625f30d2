namespace BehaviorDashboard.Campaigns;

/// <summary>A way to learn individual effects from a randomised campaign.</summary>
internal sealed record UpliftLearner(string Name, Func<UpliftTable, int, Predictor> Fit);

/// <summary>
/// The usual ways: two models (T), crossed imputation (X; Künzel, Sekhon, Bickel and Yu 2019), transformed outcome (Athey and
/// Imbens 2015; for a 0/1 outcome the class transformation of Jaskowski and Jaroszewicz 2012 generalised to unequal arms), and
/// residual on residual (R; Nie and Wager 2021), each with a linear and a boosted base.
/// </summary>
internal static class UpliftLearners
{
    public static UpliftLearner Relative { get; } = new("relative", RelativeEffect.Fit);

    public static IReadOnlyList<UpliftLearner> All { get; } =
    [
        Relative,
        new("T logistic", (t, _) => Difference(FitLinear(t, true, 0.05), FitLinear(t, false, 0.05))),
        new("T boosted", (t, seed) => Difference(FitArm(t, true, seed), FitArm(t, false, seed))),
        new("X boosted", Crossed),
        new("class transformation", (t, seed) => Boosted.Fit(t.Rows, [.. Enumerable.Range(0, t.Count).Select(i => Transformed(t, i))], seed, trees: 40)),
        new("R linear", (t, seed) => Residual(t, seed, linear: true)),
        new("R boosted", (t, seed) => Residual(t, seed, linear: false)),
    ];

    /// <summary>Expected outcome, of both arms together: what somebody does whatever they get.</summary>
    public static Predictor Outcome(UpliftTable table, int seed)
    {
        var (a, b) = (Boosted.Fit(table.Rows, table.Outcome, seed), Linear(table, 0.02));
        return row => (Math.Max(0, a(row)) + b(row)) / 2;
    }

    /// <summary>Expected outcome whoever is asked, for residuals and for judging; half on each fold so that nobody is judged by themselves.</summary>
    public static (Predictor Treated, Predictor Held) Outcomes(UpliftTable table, int seed)
    {
        var (a, b) = (FitArm(table, true, seed), FitArm(table, false, seed));
        var (c, d) = (FitLinear(table, true, 0.02), FitLinear(table, false, 0.02));
        return (r => (a(r) + c(r)) / 2, r => (b(r) + d(r)) / 2);
    }

    private static Predictor Difference(Predictor treated, Predictor held) => row => treated(row) - held(row);

    private static Predictor FitArm(UpliftTable table, bool treated, int seed)
    {
        var arm = table.Where(i => table.Treated[i] == treated);
        return Boosted.Fit(arm.Rows, arm.Outcome, seed);
    }

    private static Predictor FitLinear(UpliftTable table, bool treated, double penalty)
    {
        var arm = table.Where(i => table.Treated[i] == treated);
        return arm.Count == 0 ? _ => 0 : Linear(arm, penalty);
    }

    private static Predictor Linear(UpliftTable rows, double penalty) =>
        rows.Outcome.All(y => y is 0 or 1) ? Ridge.FitLogistic(rows.Rows, rows.Outcome, penalty).Predict : Ridge.Fit(rows.Rows, rows.Outcome, penalty).Predict;

    private static double Transformed(UpliftTable t, int i) => t.Treated[i] ? t.Outcome[i] / t.Propensity : -t.Outcome[i] / (1 - t.Propensity);

    private static Predictor Crossed(UpliftTable table, int seed)
    {
        var (mu1, mu0) = (FitArm(table, true, seed), FitArm(table, false, seed));
        var (treated, held) = (table.Where(i => table.Treated[i]), table.Where(i => !table.Treated[i]));
        var tau1 = Boosted.Fit(treated.Rows, [.. treated.Rows.Select((r, i) => treated.Outcome[i] - mu0(r))], seed + 1, trees: 40);
        var tau0 = Boosted.Fit(held.Rows, [.. held.Rows.Select((r, i) => mu1(r) - held.Outcome[i])], seed + 2, trees: 40);
        var e = table.Propensity;
        return row => e * tau0(row) + (1 - e) * tau1(row);
    }

    private static Predictor Residual(UpliftTable table, int seed, bool linear)
    {
        var (target, weight) = Targets(table, seed);
        return linear ? Ridge.Fit(table.Rows, target, 0.05, weight).Predict : Boosted.Fit(table.Rows, target, seed, weight, trees: 40);
    }

    /// <summary>What is left of each outcome beyond what was expected of the person, for each unit of treatment beyond its chance; nobody's own outcome enters what was expected of them.</summary>
    private static (double[] Target, double[] Weight) Targets(UpliftTable table, int seed)
    {
        var e = table.Propensity;
        var expected = Enumerable.Range(0, 2).Select(fold => Outcomes(table.Where(i => i % 2 != fold), seed + fold)).ToList();
        var (target, weight) = (new double[table.Count], new double[table.Count]);
        for (var i = 0; i < table.Count; i++)
        {
            var (mu1, mu0) = expected[i % 2];
            var w = (table.Treated[i] ? 1 : 0) - e;
            target[i] = (table.Outcome[i] - (e * mu1(table.Rows[i]) + (1 - e) * mu0(table.Rows[i]))) / w;
            weight[i] = w * w;
        }
        return (target, weight);
    }
}
