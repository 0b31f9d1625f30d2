namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// Exponential smoothing, each parameter from a grid by one-step squared error. Hyndman, Koehler, Ord, Snyder:
/// Forecasting with Exponential Smoothing (2008); damped trend after Gardner and McKenzie (1985).
/// </summary>
public static class Smoothing
{
    private static readonly double[] Alphas = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99];
    private static readonly double[] TrendShares = [0.01, 0.03, 0.1, 0.3, 0.7];
    private static readonly double[] Dampings = [0.8, 0.9, 0.95, 0.98];

    /// <summary>A level: the same value for every step.</summary>
    /// <param name="alpha">Given, or chosen.</param>
    public static double[] Simple(double[] y, int horizon, double? alpha = null)
    {
        var (best, level) = (double.PositiveInfinity, y[^1]);
        foreach (var a in alpha is { } one ? [one] : Alphas)
        {
            var (error, last) = RunLevel(y, a);
            if (error < best) (best, level) = (error, last);
        }
        return Enumerable.Repeat(level, horizon).ToArray();
    }

    /// <summary>A level with a trend that fades.</summary>
    public static double[] Damped(double[] y, int horizon)
    {
        if (y.Length < 4) return Simple(y, horizon);
        var best = (Error: double.PositiveInfinity, Level: y[^1], Trend: 0d, Phi: 1d);
        var warm = Math.Min(4, y.Length / 2);
        foreach (var a in Alphas)
            foreach (var share in TrendShares)
                foreach (var phi in Dampings)
                {
                    var (level, trend, error) = (y[0], 0d, 0d);
                    var b = a * share;
                    for (var t = 1; t < y.Length; t++)
                    {
                        var expected = level + phi * trend;
                        var miss = y[t] - expected;
                        if (t >= warm) error += miss * miss;
                        level = expected + a * miss;
                        trend = phi * trend + b * miss;
                        if (error > best.Error) break;
                    }
                    if (error < best.Error) best = (error, level, trend, phi);
                }
        var path = new double[horizon];
        for (var (h, sum, power) = (0, 0d, best.Phi); h < horizon; h++, power *= best.Phi)
        {
            sum += power;
            path[h] = best.Level + sum * best.Trend;
        }
        return path;
    }

    /// <summary>Theta: half the line through all points, half an exaggerated curve. Assimakopoulos and Nikolopoulos (2000).</summary>
    /// <param name="theta">How far the curve is exaggerated; 2 in the paper.</param>
    public static double[] Theta(double[] y, int horizon, double theta = 2)
    {
        var n = y.Length;
        if (n < 4) return Simple(y, horizon);
        var (slope, intercept) = Line(y);
        var curve = new double[n];
        for (var t = 0; t < n; t++) curve[t] = theta * y[t] + (1 - theta) * (intercept + slope * t);
        var level = Simple(curve, 1)[0];
        var path = new double[horizon];
        for (var h = 0; h < horizon; h++) path[h] = level / theta + (1 - 1 / theta) * (intercept + slope * (n + h));
        return path;
    }

    internal static (double Slope, double Intercept) Line(double[] y)
    {
        var (n, mean, middle) = (y.Length, y.Average(), (y.Length - 1) / 2d);
        var (top, bottom) = (0d, 0d);
        for (var t = 0; t < n; t++)
        {
            top += (t - middle) * (y[t] - mean);
            bottom += (t - middle) * (t - middle);
        }
        var slope = bottom > 0 ? top / bottom : 0;
        return (slope, mean - slope * middle);
    }

    private static (double Error, double Level) RunLevel(double[] y, double alpha)
    {
        var start = Math.Min(y.Length, Math.Max(1, Math.Min(8, (int)(1 / alpha))));
        var (level, error) = (0d, 0d);
        for (var t = 0; t < start; t++) level += y[t] / start;
        for (var t = alpha < 0.99 ? 0 : start; t < y.Length; t++)
        {
            var miss = y[t] - level;
            error += miss * miss;
            level += alpha * miss;
        }
        return (error, level);
    }
}
