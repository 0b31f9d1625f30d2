namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>Errors as the M4 competition scores them. Makridakis, Spiliotis, Assimakopoulos (2020).</summary>
public static class M4Scores
{
    /// <summary>Mean step of the history at its frequency: what MASE is measured in.</summary>
    public static double Scale(double[] y, int frequency)
    {
        var lag = y.Length > frequency ? frequency : 1;
        var sum = 0d;
        for (var t = lag; t < y.Length; t++) sum += Math.Abs(y[t] - y[t - lag]);
        return y.Length > lag && sum > 0 ? sum / (y.Length - lag) : 1;
    }

    /// <summary>In percent, of the mean of both.</summary>
    public static double SymmetricError(double actual, double forecast) => Math.Abs(actual) + Math.Abs(forecast) is > 0 and var size ? 200 * Math.Abs(actual - forecast) / size : 0;

    /// <summary>The last value, without its season where the history has one.</summary>
    public static double[] Naive2(double[] y, int horizon, int frequency)
    {
        if (!Seasonality.IsSeasonal(y, frequency) || y.Min() <= 0) return RecentPeriods.Naive(y, horizon);
        var index = Seasonality.Indices(y, frequency, multiply: true, smooth: 0, shrink: false);
        var last = y[^1] / index[(y.Length - 1) % frequency];
        return [.. Enumerable.Range(0, horizon).Select(h => last * index[(y.Length + h) % frequency])];
    }
}

/// <summary>Forecasts series with a long history of any kind, each for itself, with a combination chosen for those of a length.</summary>
public static class LongSeriesForecaster
{
    private const int ManySeasons = 20;
    private const int Origins = 3;

    /// <param name="frequency">At which errors are scaled.</param>
    /// <param name="seasons">Lengths of the seasons to look for, shortest first.</param>
    public static PoolFit Run(IReadOnlyList<double[]> series, int horizon, int frequency, IReadOnlyList<int> seasons, int threads = 1, CancellationToken cancel = default)
    {
        var longest = seasons[^1];
        string Group(double[] y) => y.Length < 2 * longest + 2 * horizon ? "short" : y.Length < ManySeasons * longest ? "middle" : "long";
        var options = new PoolOptions(horizon, Origins, horizon, Group, Loss, Threads: threads);
        return ForecastPool.Fit(series, PoolMember.ForLongSeries(seasons), options, cancel);

        Func<double, double, double> Loss(double[] y)
        {
            // Both parts in units of what the plain last value misses on average, so that neither outweighs the other.
            var scale = M4Scores.Scale(y, frequency);
            return (actual, forecast) => Math.Abs(actual - forecast) / scale / 2.5 + M4Scores.SymmetricError(actual, forecast) / 9;
        }
    }
}
