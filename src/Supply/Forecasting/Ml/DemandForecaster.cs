namespace BehaviorDashboard.Forecasting.Ml;

/// <param name="Horizon">Periods ahead.</param>
/// <param name="Season">Periods of a year: 52 for weeks.</param>
/// <param name="Threads">1 leaves the other cores to the live system.</param>
/// <param name="Trees">Whether boosted trees over all series are tried too: they take most of the time.</param>
public sealed record DemandSettings(int Horizon, int Season = 52, int Origins = 4, int Threads = 1, bool Trees = true)
{
    /// <summary>Chances whose quantiles a forecast holds.</summary>
    public static IReadOnlyList<double> Chances { get; } = [0.1, 0.5, 0.9, 0.95];
}

/// <summary>What a product will sell.</summary>
/// <param name="Mean">By period.</param>
/// <param name="Quantiles">By chance of <see cref="DemandSettings.Chances"/>, then by period: whole units.</param>
/// <param name="Noise">Variance of units with a mean M is Noise·M + Level·M²: holds for one period and for several together.</param>
public sealed record DemandForecast(string Class, double[] Mean, double[][] Quantiles, double Noise, double Level);

/// <param name="Past">Forecasts from instants of the past beside what came.</param>
public sealed record DemandRun(IReadOnlyList<DemandForecast> Forecasts, IReadOnlyDictionary<string, Combination> Chosen, IReadOnlyList<PastForecast> Past);

/// <summary>Forecasts all products of a shop together: choose and combine → scale to the whole → spread.</summary>
public static class DemandForecaster
{
    /// <param name="series">Units a period, oldest first, from each product's first period on.</param>
    /// <param name="signals">By series: views, carts, searches and prices of the same periods; null where only units are known.</param>
    public static DemandRun Run(IReadOnlyList<double[]> series, DemandSettings settings, IReadOnlyList<DemandSignals>? signals = null, CancellationToken cancel = default)
    {
        var longest = series.Count == 0 ? 0 : series.Max(y => y.Length);
        var spacing = Math.Max(1, settings.Horizon / 2);
        var origins = Math.Clamp((longest - settings.Horizon - ForecastPool.Fewest) / spacing + 1, 0, settings.Origins);
        var options = new PoolOptions(settings.Horizon, origins, spacing, y => DemandClasses.Of(y).ToString(), _ => (actual, forecast) => Math.Abs(actual - forecast), true, 0, settings.Threads);
        var fit = ForecastPool.Fit(series, settings.Trees ? [.. PoolMember.ForDemand(settings.Season), new GlobalTrees(signals, settings.Season).Member] : PoolMember.ForDemand(settings.Season), options, cancel);
        var spread = DemandSpread.Learn(series, fit.Groups, fit.Past);
        var forecasts = new DemandForecast[series.Count];
        Parallel.For(0, series.Count, new ParallelOptions { MaxDegreeOfParallelism = settings.Threads, CancellationToken = cancel }, s =>
        {
            var mean = fit.Paths[s].Length == 0 ? new double[settings.Horizon] : fit.Paths[s];
            var (noise, level) = spread.LawOf(s);
            forecasts[s] = new DemandForecast(fit.Groups[s], mean, [.. DemandSettings.Chances.Select(chance => mean.Select(m => spread.Quantile(s, m, chance)).ToArray())], noise, level);
        });
        return new DemandRun(forecasts, fit.Chosen, fit.Past);
    }
}
