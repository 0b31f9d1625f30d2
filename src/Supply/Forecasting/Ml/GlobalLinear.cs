namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// One linear autoregression learnt from all series at once, straight to each step ahead: the change from the last value as
/// a weighted sum of how the values before differed from it, every series in units of its own mean step. Montero-Manso and
/// Hyndman: Principles and algorithms for forecasting groups of time series (2021).
/// </summary>
public static class GlobalLinear
{
    private const int FewestRows = 200;

    /// <param name="lags">How far back it looks; a series needs that many values and gets null with fewer.</param>
    /// <param name="ridge">Share of the mean diagonal added to it.</param>
    /// <param name="anchor">Periods whose mean stands for "the last value": 1 for steady series, more for noisy demand.</param>
    public static double[]?[] Forecast(IReadOnlyList<double[]> series, int horizon, int lags, double ridge, int anchor = 1, int mostRows = 400_000, bool logs = false)
    {
        var width = lags;
        var gram = new double[width][];
        for (var i = 0; i < width; i++) gram[i] = new double[width];
        var right = new double[horizon][];
        for (var h = 0; h < horizon; h++) right[h] = new double[width];
        var total = series.Sum(y => Math.Max(0, (long)y.Length - lags - horizon + 1));
        var skip = (int)Math.Max(1, total / mostRows);
        var (rows, x) = (0, new double[width]);
        var scales = series.Select(Scale).ToArray();
        for (var s = 0; s < series.Count; s++)
        {
            var y = logs ? Logs(series[s]) : series[s];
            if (logs) scales[s] = Scale(y);
            for (var t = lags - 1 + (s % skip); t + horizon < y.Length; t += skip)
            {
                var origin = Fill(y, t, lags, anchor, scales[s], x);
                for (var i = 0; i < width; i++)
                {
                    var (xi, row) = (x[i], gram[i]);
                    if (xi == 0) continue;
                    for (var j = 0; j <= i; j++) row[j] += xi * x[j];
                    for (var h = 0; h < horizon; h++) right[h][i] += xi * (y[t + 1 + h] - origin) / scales[s];
                }
                rows++;
            }
        }
        if (rows < FewestRows) return new double[]?[series.Count];
        var diagonal = Enumerable.Range(0, width).Average(i => gram[i][i]) * ridge + 1e-9;
        for (var i = 0; i < width; i++) gram[i][i] += diagonal;
        Cholesky(gram);
        for (var h = 0; h < horizon; h++) Solve(gram, right[h]);
        return [.. series.Select((y, s) => y.Length < lags ? null : Apply(logs ? Logs(y) : y, scales[s]))];

        double[] Apply(double[] y, double scale)
        {
            var origin = Fill(y, y.Length - 1, lags, anchor, scale, x);
            return [.. right.Select(w => origin + scale * w.Zip(x, (a, b) => a * b).Sum()).Select(v => logs ? Math.Exp(v) : v)];
        }
    }

    private static double[] Logs(double[] y) => [.. y.Select(v => Math.Log(Math.Max(v, 1e-6)))];

    private static double Fill(double[] y, int t, int lags, int anchor, double scale, double[] x)
    {
        var origin = 0d;
        for (var i = 0; i < anchor; i++) origin += y[t - i] / anchor;
        for (var i = 0; i < lags; i++) x[i] = (y[t - i] - origin) / scale;
        return origin;
    }

    private static double Scale(double[] y)
    {
        var sum = 0d;
        for (var t = 1; t < y.Length; t++) sum += Math.Abs(y[t] - y[t - 1]);
        return sum > 0 ? sum / (y.Length - 1) : 1;
    }

    private static void Cholesky(double[][] a)
    {
        for (var i = 0; i < a.Length; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i][j];
                for (var k = 0; k < j; k++) sum -= a[i][k] * a[j][k];
                a[i][j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / a[j][j];
            }
    }

    private static void Solve(double[][] lower, double[] b)
    {
        var n = b.Length;
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) b[i] -= lower[i][k] * b[k];
            b[i] /= lower[i][i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) b[i] -= lower[k][i] * b[k];
            b[i] /= lower[i][i];
        }
    }
}
