namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>What the last periods were: the simplest forecasts, and the hardest to beat.</summary>
public static class RecentPeriods
{
    public static double[] Naive(double[] y, int horizon) => Enumerable.Repeat(y[^1], horizon).ToArray();

    /// <summary>The same period of the season before; the last value where no season is known yet.</summary>
    public static double[] SeasonalNaive(double[] y, int horizon, int season) => y.Length < season ? Naive(y, horizon) : [.. Enumerable.Range(0, horizon).Select(h => y[y.Length - season + h % season])];

    public static double[] Mean(double[] y, int horizon, int periods) => Enumerable.Repeat(y.AsSpan(Math.Max(0, y.Length - periods)).ToArray().Average(), horizon).ToArray();

    public static double[] Median(double[] y, int horizon, int periods)
    {
        var last = y.AsSpan(Math.Max(0, y.Length - periods)).ToArray();
        Array.Sort(last);
        return Enumerable.Repeat((last[(last.Length - 1) / 2] + last[last.Length / 2]) / 2, horizon).ToArray();
    }

    /// <summary>The last value moved on along the mean step of the whole history.</summary>
    public static double[] Drift(double[] y, int horizon)
    {
        var step = y.Length > 1 ? (y[^1] - y[0]) / (y.Length - 1) : 0;
        return [.. Enumerable.Range(1, horizon).Select(h => y[^1] + h * step)];
    }
}
