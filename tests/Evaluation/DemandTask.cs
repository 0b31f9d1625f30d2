using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Forecasts the last periods of a wide file from those before. Which methods are combined and how wide the bands are is
/// decided on the periods before alone.
/// </summary>
internal static class DemandTask
{
    public static readonly EvaluationTask Task = new("demand", "<wide.csv> [--horizon N] [--season M]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("horizon", "season");
        var (horizon, season) = (arguments.Number("horizon") ?? 8, arguments.Number("season") ?? 52);
        if (horizon < 1 || season < 1) throw new EvaluationException("--horizon and --season are at least 1.");
        var all = WideFile.Read(arguments.Path(0, "the wide file")).Select(s => s.Values).Where(v => v.Length > horizon).ToList();
        if (all.Count == 0 || all.Max(v => v.Length) < horizon + ForecastPool.Fewest) throw new EvaluationException($"A series needs {horizon + ForecastPool.Fewest} periods for a horizon of {horizon}.");
        var train = all.Select(v => v[..^horizon].Select(x => double.IsNaN(x) ? 0 : x).ToArray()).ToList();
        var test = all.Select(v => v[^horizon..]).ToList();
        var run = DemandForecaster.Run(train, new DemandSettings(horizon, season, Threads: Environment.ProcessorCount));

        report.Figure("WAPE", Wape(i => run.Forecasts[i].Mean, test));
        report.Figure("bias", Bias(i => run.Forecasts[i].Mean, test));
        foreach (var chance in new[] { 0.9, 0.95 })
        {
            var place = DemandSettings.Chances.ToList().IndexOf(chance);
            var (loss, coverage) = Quantile(chance, i => run.Forecasts[i].Quantiles[place], test);
            report.Figure(FormattableString.Invariant($"pinball q{chance}"), loss);
            report.Figure(FormattableString.Invariant($"coverage q{chance}"), coverage);
        }
        report.Figure("series", all.Count);
        foreach (var (group, chosen) in run.Chosen) report.Figure($"chosen {group} ({run.Forecasts.Count(f => f.Class == group)})", chosen.ToString());
        foreach (var (label, method) in new (string, Func<double[], double[]>)[]
        {
            ("naive", y => RecentPeriods.Naive(y, horizon)), ("mean13", y => RecentPeriods.Mean(y, horizon, 13)), ("SES .1", y => Smoothing.Simple(y, horizon, 0.1)),
        })
        {
            report.Baseline(label, "WAPE", Wape(i => method(train[i]), test));
            report.Baseline(label, "bias", Bias(i => method(train[i]), test));
        }
        return System.Threading.Tasks.Task.CompletedTask;
    }

    private static double Wape(Func<int, double[]> forecast, List<double[]> test) => Sum(forecast, test, (f, a) => Math.Abs(f - a)) / Sum(forecast, test, (_, a) => Math.Abs(a));

    private static double Bias(Func<int, double[]> forecast, List<double[]> test) => Sum(forecast, test, (f, a) => f - a) / Sum(forecast, test, (_, a) => Math.Abs(a));

    private static (double Loss, double Coverage) Quantile(double chance, Func<int, double[]> forecast, List<double[]> test)
    {
        var count = Sum(forecast, test, (_, _) => 1);
        return (Sum(forecast, test, (q, a) => Math.Max(chance * (a - q), (chance - 1) * (a - q))) / count, Sum(forecast, test, (q, a) => a <= q ? 1 : 0) / count);
    }

    private static double Sum(Func<int, double[]> forecast, List<double[]> test, Func<double, double, double> of) => test.Select((actual, i) =>
    {
        var path = forecast(i);
        return actual.Select((a, h) => double.IsNaN(a) ? 0 : of(path[h], a)).Sum();
    }).Sum();
}
