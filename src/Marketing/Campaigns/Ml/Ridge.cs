namespace BehaviorDashboard.Campaigns;

/// <summary>Weighted linear and logistic regression with an L2 penalty, on standardised features; what is not known counts as average.</summary>
internal sealed class Ridge
{
    private readonly double[] _means;
    private readonly double[] _scales;
    private readonly double[] _weights;
    private readonly bool _logistic;

    private Ridge(double[] means, double[] scales, double[] weights, bool logistic) => (_means, _scales, _weights, _logistic) = (means, scales, weights, logistic);

    /// <summary>What is predicted of somebody average in everything, before the link.</summary>
    public double Centre => _weights[^1];

    public double Predict(double[] row)
    {
        var sum = _weights[^1];
        for (var f = 0; f < _means.Length; f++) sum += _weights[f] * Scale(row[f], _means[f], _scales[f]);
        return _logistic ? 1 / (1 + Math.Exp(-sum)) : sum;
    }

    /// <summary>Least squares.</summary>
    /// <param name="penalty">As a share of the rows: 0.01 pulls hardly, 1 hard.</param>
    public static Ridge Fit(IReadOnlyList<double[]> rows, IReadOnlyList<double> target, double penalty, IReadOnlyList<double>? weight = null)
    {
        var (x, means, scales) = Standardise(rows);
        return new Ridge(means, scales, Solve(x, target, weight, penalty * rows.Count), false);
    }

    /// <summary>Newton's method on the logistic likelihood (iteratively reweighted least squares).</summary>
    public static Ridge FitLogistic(IReadOnlyList<double[]> rows, IReadOnlyList<double> target, double penalty)
    {
        var (x, means, scales) = Standardise(rows);
        var mean = Math.Clamp(target.Average(), 1e-4, 1 - 1e-4);
        var w = new double[means.Length + 1];
        w[^1] = Math.Log(mean / (1 - mean));
        var (z, h) = (new double[x.Length], new double[x.Length]);
        for (var step = 0; step < 12; step++)
        {
            for (var i = 0; i < x.Length; i++)
            {
                var s = w[^1];
                for (var f = 0; f < means.Length; f++) s += w[f] * x[i][f];
                var p = Math.Clamp(1 / (1 + Math.Exp(-s)), 1e-6, 1 - 1e-6);
                h[i] = p * (1 - p);
                z[i] = s + (target[i] - p) / h[i];
            }
            var next = Solve(x, z, h, penalty * rows.Count * mean * (1 - mean));
            var moved = next.Zip(w, (a, b) => Math.Abs(a - b)).Max();
            w = next;
            if (moved < 1e-6) break;
        }
        return new Ridge(means, scales, w, true);
    }

    private static double Scale(double value, double mean, double scale) => double.IsNaN(value) ? 0 : Math.Clamp((value - mean) / scale, -6, 6);

    private static (double[][] X, double[] Means, double[] Scales) Standardise(IReadOnlyList<double[]> rows)
    {
        var width = rows.Count == 0 ? 0 : rows[0].Length;
        var (means, scales) = (new double[width], new double[width]);
        for (var f = 0; f < width; f++)
        {
            var known = rows.Select(r => r[f]).Where(v => !double.IsNaN(v)).ToList();
            means[f] = known.Count == 0 ? 0 : known.Average();
            var spread = known.Count < 2 ? 0 : Math.Sqrt(known.Sum(v => (v - means[f]) * (v - means[f])) / known.Count);
            scales[f] = spread > 1e-12 ? spread : double.PositiveInfinity;
        }
        return ([.. rows.Select(r => r.Select((v, f) => Scale(v, means[f], scales[f])).ToArray())], means, scales);
    }

    /// <summary>Normal equations by Cholesky; the intercept, last, is not penalised.</summary>
    private static double[] Solve(double[][] x, IReadOnlyList<double> y, IReadOnlyList<double>? weight, double penalty)
    {
        var n = (x.Length == 0 ? 0 : x[0].Length) + 1;
        var (a, b) = (new double[n, n], new double[n]);
        for (var i = 0; i < x.Length; i++)
        {
            var w = weight?[i] ?? 1;
            for (var f = 0; f < n; f++)
            {
                var v = w * (f < n - 1 ? x[i][f] : 1);
                b[f] += v * y[i];
                for (var g = 0; g <= f; g++) a[f, g] += v * (g < n - 1 ? x[i][g] : 1);
            }
        }
        for (var f = 0; f < n; f++) a[f, f] += f < n - 1 ? penalty + 1e-9 : 1e-9;
        for (var f = 0; f < n; f++)
        {
            for (var g = 0; g <= f; g++)
            {
                var sum = a[f, g];
                for (var k = 0; k < g; k++) sum -= a[f, k] * a[g, k];
                a[f, g] = f == g ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / a[g, g];
            }
        }
        for (var f = 0; f < n; f++)
        {
            for (var k = 0; k < f; k++) b[f] -= a[f, k] * b[k];
            b[f] /= a[f, f];
        }
        for (var f = n - 1; f >= 0; f--)
        {
            for (var k = f + 1; k < n; k++) b[f] -= a[k, f] * b[k];
            b[f] /= a[f, f];
        }
        return b;
    }
}
