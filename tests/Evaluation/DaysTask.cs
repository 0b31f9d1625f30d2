using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Forecasts the last weeks of a wide file of days as the product does: days are summed to weeks, weeks are forecast, and each week
/// falls on its days by the pattern of the half year before. Everything is decided on the days before alone.
/// </summary>
internal static class DaysTask
{
    public static readonly EvaluationTask Task = new("days", "<wide file of days.csv> [--horizon weeks]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("horizon");
        var horizon = arguments.Number("horizon") ?? 4;
        if (horizon < 1) throw new EvaluationException("--horizon is at least 1.");
        var (test, least) = (horizon * DayProfile.Week, (horizon + ForecastPool.Fewest) * DayProfile.Week);
        var all = WideFile.Read(arguments.Path(0, "the wide file")).Select(s => s.Values.Select(v => double.IsNaN(v) ? 0 : v).ToArray()).Where(v => v.Length > test).ToList();
        if (all.Count == 0 || all.Max(v => v.Length) < least) throw new EvaluationException($"A series needs {least} days for a horizon of {horizon} weeks.");
        var history = all.Select(v => v[..^test]).ToList();
        var run = DemandForecaster.Run([.. history.Select(Weeks)], new DemandSettings(horizon, Threads: Environment.ProcessorCount));
        var units = history.Select(Places).ToList();
        if (DayProfile.Shop([.. Enumerable.Range(0, DayProfile.Week).Select(d => units.Sum(u => u[d]))]) is not { } shop) throw new EvaluationException("Too little was sold to tell days apart.");
        var shares = units.Select(u => DayProfile.Own(shop, u)).ToList();
        double Mean(int s, int day) => run.Forecasts[s].Mean[day / DayProfile.Week] * shares[s][day % DayProfile.Week];
        report.Figure("WAPE", Wape(Mean));
        foreach (var chance in new[] { 0.5, 0.9, 0.95 })
        {
            var (covered, loss, below) = (0d, 0d, 0d);
            for (var s = 0; s < all.Count; s++)
                for (var d = 0; d < test; d++)
                {
                    var (mean, actual) = (Mean(s, d), all[s][^(test - d)]);
                    var law = new CountDistribution(mean, run.Forecasts[s].Noise * mean + run.Forecasts[s].Level * mean * mean);
                    var q = law.Quantile(chance);
                    if (actual <= q) covered++;
                    if (actual < q) below++;
                    loss += Math.Max(chance * (actual - q), (chance - 1) * (actual - q));
                }
            // Most days of most products sell nothing: q itself often holds more than was asked for, so both sides are told.
            report.Figure(FormattableString.Invariant($"coverage q{chance}"), covered / all.Count / test);
            report.Figure(FormattableString.Invariant($"strictly below q{chance}"), below / all.Count / test);
            report.Figure(FormattableString.Invariant($"pinball q{chance}"), loss / all.Count / test);
        }
        report.Figure("series", all.Count);
        report.Baseline("a seventh of the week", "WAPE", Wape((s, d) => run.Forecasts[s].Mean[d / DayProfile.Week] / DayProfile.Week));
        report.Baseline("the same day a week ago", "WAPE", Wape((s, d) => history[s].Length >= DayProfile.Week ? history[s][^(DayProfile.Week - d % DayProfile.Week)] : 0));
        return System.Threading.Tasks.Task.CompletedTask;

        double Wape(Func<int, int, double> forecast)
        {
            var (error, sum) = (0d, 0d);
            for (var s = 0; s < all.Count; s++)
                for (var d = 0; d < test; d++) (error, sum) = (error + Math.Abs(forecast(s, d) - all[s][^(test - d)]), sum + all[s][^(test - d)]);
            return error / sum;
        }
    }

    /// <summary>Whole weeks, counted back from the end.</summary>
    private static double[] Weeks(double[] days) => [.. Enumerable.Range(0, days.Length / DayProfile.Week).Select(w => days.AsSpan(days.Length % DayProfile.Week + w * DayProfile.Week, DayProfile.Week).ToArray().Sum())];

    private static double[] Places(double[] days)
    {
        var places = new double[DayProfile.Week];
        for (var back = 0; back < Math.Min(days.Length, DayProfile.Back); back++) places[DayProfile.PlaceOf(back)] += days[days.Length - 1 - back];
        return places;
    }
}
