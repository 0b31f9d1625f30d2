namespace BehaviorDashboard.Campaigns;

/// <summary>
/// Effect as a share of what somebody would do anyway: chance to take notice × expected outcome × relative lift. A message
/// nobody opens moves nobody, and people who never buy are hardly moved to; what is left to learn from the arms is the relative
/// lift alone, and that is drawn hard towards one number for all. So it ranks well where effects of persons are far below the
/// noise of their outcomes, which is the rule in a shop of some thousand people.
/// </summary>
internal static class RelativeEffect
{
    /// <summary>What a campaign brings before anything was measured: a quarter more, give or take as much.</summary>
    private const double PriorLift = 0.25;
    private const double PriorSpread = 0.25;
    private const double Penalty = 10;
    private const double LeastNotice = 0.02;

    public static Predictor Fit(UpliftTable table, int seed)
    {
        var outcome = UpliftLearners.Outcome(table, seed);
        var floor = Math.Max(1e-9, 0.05 * table.Outcome.DefaultIfEmpty(0).Average(Math.Abs));
        Predictor anyway = row => Math.Max(floor, outcome(row));
        var notice = Notice(table, seed);
        var (anyways, bases) = (table.Rows.Select(r => anyway(r)).ToList(), new double[table.Count]);
        for (var i = 0; i < table.Count; i++) bases[i] = anyways[i] * notice(table.Rows[i]);

        // Robinson's residuals: outcome beyond the expected, over treatment beyond its chance times the base.
        var (target, weight) = (new double[table.Count], new double[table.Count]);
        for (var i = 0; i < table.Count; i++)
        {
            var exposure = ((table.Treated[i] ? 1 : 0) - table.Propensity) * bases[i];
            target[i] = (table.Outcome[i] - anyways[i]) / exposure;
            weight[i] = exposure * exposure / anyways[i];
        }
        var lift = Drawn(target, weight);
        var mean = weight.Average();
        var slopes = Ridge.Fit(table.Rows, [.. target.Select(t => t - lift)], Penalty, [.. weight.Select(w => w / mean)]);
        return row => anyway(row) * notice(row) * (lift + slopes.Predict(row) - slopes.Centre);
    }

    private static Predictor Notice(UpliftTable table, int seed)
    {
        if (table.Noticed is not { } noticed) return _ => 1;
        var treated = Enumerable.Range(0, table.Count).Where(i => table.Treated[i]).ToList();
        var fitted = Boosted.Fit([.. treated.Select(i => table.Rows[i])], [.. treated.Select(i => noticed[i] ? 1.0 : 0)], seed, trees: 100, leaves: 15);
        return row => Math.Clamp(fitted(row), LeastNotice, 1);
    }

    /// <summary>The mean relative lift, by its own precision between what was measured and the prior.</summary>
    private static double Drawn(double[] target, double[] weight)
    {
        var whole = weight.Sum();
        var mean = target.Zip(weight, (t, w) => t * w).Sum() / whole;
        var variance = target.Zip(weight, (t, w) => w * w * (t - mean) * (t - mean)).Sum() / (whole * whole);
        var precision = variance > 0 ? 1 / variance : 0;
        return (mean * precision + PriorLift / (PriorSpread * PriorSpread)) / (precision + 1 / (PriorSpread * PriorSpread));
    }
}
