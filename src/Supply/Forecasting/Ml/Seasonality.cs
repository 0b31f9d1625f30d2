namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>The part of a series that repeats every season, and methods run on what is left of it.</summary>
public static class Seasonality
{
    /// <summary>
    /// Runs a method on the series without its season and puts the season back. Multiplicative where all values are positive.
    /// </summary>
    /// <param name="smooth">Neighbouring places of the season averaged on either side: long seasons have few observations each.</param>
    /// <returns>Null with less than two seasons.</returns>
    public static double[]? Adjusted(double[] y, int horizon, int season, int smooth, Func<double[], int, double[]> method)
    {
        if (season < 2 || y.Length < 2 * season) return null;
        var multiply = y.Min() > 0;
        var index = Indices(y, season, multiply, smooth);
        var rest = new double[y.Length];
        for (var t = 0; t < y.Length; t++) rest[t] = multiply ? y[t] / index[t % season] : y[t] - index[t % season];
        var path = method(rest, horizon);
        for (var h = 0; h < horizon; h++) path[h] = multiply ? path[h] * index[(y.Length + h) % season] : path[h] + index[(y.Length + h) % season];
        return path;
    }

    /// <summary>
    /// Classical decomposition: the mean over seasons of each place's ratio (or difference) to a centred moving average,
    /// drawn to "no season" by how much the seasons disagree.
    /// </summary>
    /// <returns>One factor (mean 1) or addend (mean 0) for each place; place of t is t mod season.</returns>
    public static double[] Indices(double[] y, int season, bool multiply, int smooth, bool shrink = true)
    {
        var (n, half) = (y.Length, season / 2);
        var trend = new double[n];
        for (var t = half; t < n - half; t++)
        {
            var sum = 0d;
            for (var k = -half; k <= half; k++) sum += season % 2 == 0 && Math.Abs(k) == half ? y[t + k] / 2 : y[t + k];
            trend[t] = sum / season;
        }
        var (sums, squares, counts) = (new double[season], new double[season], new int[season]);
        for (var t = half; t < n - half; t++)
        {
            var part = multiply ? y[t] / Math.Max(trend[t], 1e-9) : y[t] - trend[t];
            sums[t % season] += part;
            squares[t % season] += part * part;
            counts[t % season]++;
        }
        var neutral = multiply ? 1d : 0d;
        var index = Enumerable.Range(0, season).Select(i => counts[i] > 0 ? sums[i] / counts[i] : neutral).ToArray();
        if (smooth > 0) index = Smooth(index, smooth);
        var mean = index.Average();
        for (var i = 0; i < season; i++) index[i] = multiply ? index[i] / Math.Max(mean, 1e-9) : index[i] - mean;
        return shrink ? Shrink(index, sums, squares, counts, neutral, smooth) : index;
    }

    /// <summary>James-Stein: the season is believed by the share of its variance that is not noise of its own means.</summary>
    private static double[] Shrink(double[] index, double[] sums, double[] squares, int[] counts, double neutral, int smooth)
    {
        var (within, free) = (0d, 0);
        for (var i = 0; i < index.Length; i++)
        {
            if (counts[i] < 2) continue;
            within += squares[i] - sums[i] * sums[i] / counts[i];
            free += counts[i] - 1;
        }
        if (free == 0) return index;
        var noise = within / free / Math.Max(1, counts.Average()) / (1 + smooth);
        var between = index.Sum(v => (v - neutral) * (v - neutral)) / Math.Max(1, index.Length - 1);
        var belief = between > 0 ? Math.Clamp(1 - noise / between, 0, 1) : 0;
        return [.. index.Select(v => neutral + belief * (v - neutral))];
    }

    private static double[] Smooth(double[] index, int width)
    {
        var (n, result) = (index.Length, new double[index.Length]);
        for (var i = 0; i < n; i++)
            for (var k = -width; k <= width; k++) result[i] += index[((i + k) % n + n) % n] * (width + 1 - Math.Abs(k)) / ((width + 1d) * (width + 1));
        return result;
    }

    /// <summary>Whether the autocorrelation at the season differs from nothing, at 90 %: the test of the M4 competition.</summary>
    public static bool IsSeasonal(double[] y, int season)
    {
        if (season < 2 || y.Length < 3 * season) return false;
        var sum = 0d;
        for (var lag = 1; lag < season; lag++) sum += Math.Pow(Autocorrelation(y, lag), 2);
        return Math.Abs(Autocorrelation(y, season)) > 1.645 * Math.Sqrt((1 + 2 * sum) / y.Length);
    }

    private static double Autocorrelation(double[] y, int lag)
    {
        var (mean, top, bottom) = (y.Average(), 0d, 0d);
        for (var t = 0; t < y.Length; t++)
        {
            bottom += (y[t] - mean) * (y[t] - mean);
            if (t >= lag) top += (y[t] - mean) * (y[t - lag] - mean);
        }
        return bottom > 0 ? top / bottom : 0;
    }
}
