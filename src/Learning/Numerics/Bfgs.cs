namespace BehaviorDashboard.Learning;

/// <summary>Where a function is least, and how it was found.</summary>
public sealed record Minimum(double[] At, double Value, int Iterations, bool Converged);

/// <summary>Minimises a smooth function of few variables.</summary>
/// <remarks>Broyden–Fletcher–Goldfarb–Shanno with backtracking; Nocedal and Wright, "Numerical Optimization" (2006), ch. 6.</remarks>
public static class Bfgs
{
    private const double Small = 1e-5;

    /// <param name="gradient">Null: by central differences.</param>
    public static Minimum Minimise(Func<double[], double> function, double[] start, Func<double[], double[]>? gradient = null, int iterations = 500, double tolerance = 1e-7, CancellationToken cancel = default)
    {
        gradient ??= at => Gradient(function, at);
        var (n, at, value) = (start.Length, (double[])start.Clone(), function(start));
        var slope = gradient(at);
        var inverse = Identity(n);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            cancel.ThrowIfCancellationRequested();
            if (slope.Max(Math.Abs) <= tolerance * Math.Max(1, Math.Abs(value))) return new Minimum(at, value, iteration, true);
            var direction = new double[n];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) direction[i] -= inverse[i, j] * slope[j];
            var descent = Dot(direction, slope);
            if (descent >= 0)
            {
                (inverse, direction) = (Identity(n), [.. slope.Select(g => -g)]);
                descent = Dot(direction, slope);
            }
            var (step, next, moved) = (1.0, value, at);
            for (; step > 1e-14; step /= 2)
            {
                moved = [.. at.Select((a, i) => a + step * direction[i])];
                next = function(moved);
                if (double.IsFinite(next) && next <= value + 1e-4 * step * descent) break;
            }
            if (step <= 1e-14) return new Minimum(at, value, iteration, slope.Max(Math.Abs) <= 1e-3 * Math.Max(1, Math.Abs(value)));
            var after = gradient(moved);
            Update(inverse, [.. moved.Zip(at, (a, b) => a - b)], [.. after.Zip(slope, (a, b) => a - b)]);
            (at, value, slope) = (moved, next, after);
        }
        return new Minimum(at, value, iterations, false);
    }

    /// <summary>By central differences.</summary>
    public static double[] Gradient(Func<double[], double> function, double[] at)
    {
        var gradient = new double[at.Length];
        for (var i = 0; i < at.Length; i++)
        {
            var step = Small * Math.Max(1, Math.Abs(at[i]));
            var (up, down) = ((double[])at.Clone(), (double[])at.Clone());
            up[i] += step;
            down[i] -= step;
            gradient[i] = (function(up) - function(down)) / (2 * step);
        }
        return gradient;
    }

    /// <summary>Second derivatives by differences of the gradient's.</summary>
    public static double[,] Hessian(Func<double[], double> function, double[] at)
    {
        const double Step = 1e-3;
        var n = at.Length;
        var hessian = new double[n, n];
        double Moved(int i, double a, int j, double b)
        {
            var to = (double[])at.Clone();
            to[i] += a;
            to[j] += b;
            return function(to);
        }
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
                hessian[i, j] = hessian[j, i] = (Moved(i, Step, j, Step) - Moved(i, Step, j, -Step) - Moved(i, -Step, j, Step) + Moved(i, -Step, j, -Step)) / (4 * Step * Step);
        return hessian;
    }

    private static void Update(double[,] inverse, double[] moved, double[] turned)
    {
        var (n, along) = (moved.Length, Dot(moved, turned));
        if (along <= 1e-12) return;
        var product = new double[n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) product[i] += inverse[i, j] * turned[j];
        var scale = (1 + Dot(turned, product) / along) / along;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) inverse[i, j] += scale * moved[i] * moved[j] - (product[i] * moved[j] + moved[i] * product[j]) / along;
    }

    private static double[,] Identity(int n)
    {
        var identity = new double[n, n];
        for (var i = 0; i < n; i++) identity[i, i] = 1;
        return identity;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
