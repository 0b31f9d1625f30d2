using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Inventory;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Keeps stock over the last periods of a wide file, from quantile forecasts made anew every few periods of what had come by
/// then, beside a min/max rule tuned on the periods before. What is not on the shelf is lost. The first periods are played, not counted.
/// </summary>
internal static class PolicyTask
{
    private const double Lead = 2;
    private const int Again = 4;
    private const int Horizon = 8;
    private const int Warm = 5;

    public static readonly EvaluationTask Task = new("policy", "<wide.csv> [--target percent] [--periods N] [--seed s]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("target", "periods", "seed");
        var (target, periods, seed) = ((arguments.Number("target") ?? 95) / 100d, arguments.Number("periods") ?? 20, arguments.Number("seed") ?? 1);
        if (target is < 0.5 or > 0.999) throw new EvaluationException("--target is between 50 and 99 percent.");
        var all = WideFile.Read(arguments.Path(0, "the wide file")).Select(s => s.Values.Select(v => double.IsNaN(v) ? 0 : v).ToArray()).Where(v => v.Length > periods + ForecastPool.Fewest + Horizon).ToList();
        if (all.Count == 0) throw new EvaluationException($"No series has more than {periods + ForecastPool.Fewest + Horizon} periods.");
        var terms = new BuyingTerms(Lead * 7, 1.5, 1, 1, target, 7, 21);

        var ours = Ours(all, periods, terms, seed);
        report.Figure("fill rate", ours.FillRate);
        report.Figure("target", target);
        report.Figure("mean stock", ours.MeanStock);
        report.Figure("orders", ours.Orders);
        var (rule, factor) = MinMax(all, periods, terms, seed);
        report.Baseline("min/max", "fill rate", rule.FillRate);
        report.Baseline("min/max", "mean stock", rule.MeanStock);
        report.Baseline("min/max", "orders", rule.Orders);
        report.Baseline("min/max", "factor tuned on history", factor);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    private static PolicyResult Ours(List<double[]> all, int periods, BuyingTerms terms, int seed)
    {
        var levels = new (double Point, double UpTo)[all.Count, periods];
        for (var t = 0; t < periods; t += Again)
        {
            var run = DemandForecaster.Run([.. all.Select(y => y[..^(periods - t)])], new DemandSettings(Horizon, Threads: Environment.ProcessorCount));
            var most = all.Select(y => DemandPeaks.Of(y[..^(periods - t)], Horizon)).ToList();
            for (var i = 0; i < all.Count; i++)
            {
                var s = i;
                var forecast = run.Forecasts[s];
                for (var k = 0; k < Again && t + k < periods; k++)
                {
                    var skip = k;
                    levels[s, t + k] = StockPlanner.Levels(new DemandAhead(day => Until(forecast.Mean, skip, day), forecast.Noise, forecast.Level, MostIn: days => DemandPeaks.Within(most[s], days / 7)), terms);
                }
            }
        }
        return PolicySimulator.Total([.. all.Select((y, s) => Simulate(y[^periods..], t => levels[s, t], levels[s, 0].UpTo, terms, seed + s))], periods - Warm);
    }

    /// <summary>One factor for all products, on what the mean period sells over lead time and review: the least with which the history would have been served as asked.</summary>
    private static (PolicyResult Result, double Factor) MinMax(List<double[]> all, int periods, BuyingTerms terms, int seed)
    {
        var histories = all.Select(y => y[..^periods]).ToList();
        for (var factor = 0.5; ; factor += 0.05)
        {
            (double, double) Levels(double[] y) => (Math.Ceiling(factor * y.Average() * (Lead + 1)), Math.Ceiling(factor * y.Average() * (Lead + 1) + y.Average() * 3));
            var tried = PolicySimulator.Total([.. histories.Select((y, s) => Simulate(y, _ => Levels(y), Levels(y).Item2, terms, seed + s))], histories.Max(h => h.Length) - Warm);
            if (tried.FillRate < terms.Target && factor < 10) continue;
            return (PolicySimulator.Total([.. all.Select((y, s) => Simulate(y[^periods..], _ => Levels(histories[s]), Levels(histories[s]).Item2, terms, seed + s))], periods - Warm), factor);
        }
    }

    private static (double, double, double, long) Simulate(double[] demand, Func<int, (double, double)> levels, double start, BuyingTerms terms, int seed)
    {
        var random = new Random(seed);
        return PolicySimulator.Run(demand, levels, () => (int)Lead + (random.NextDouble() < 0.05 ? 1 : 0), start, terms, Warm);
    }

    private static double Until(double[] weekly, int skip, double day)
    {
        var sum = 0d;
        for (var week = 0; week * 7 < day; week++) sum += weekly[Math.Min(week + skip, weekly.Length - 1)] * Math.Min(1, (day - week * 7) / 7);
        return sum;
    }
}
