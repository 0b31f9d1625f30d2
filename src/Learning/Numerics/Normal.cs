namespace BehaviorDashboard.Learning;

/// <summary>Draws from normal distributions.</summary>
public static class Normal
{
    private const double Weakest = 1e-2;

    public static double Draw(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Around a minimum, with the inverse of its second derivatives as covariance (Laplace's approximation).</summary>
    public static IEnumerable<double[]> Draws(double[] middle, double[,] precision, int draws, int seed)
    {
        var n = middle.Length;
        var weighted = (double[,])precision.Clone();
        // A direction the data say nothing about must not run to infinity: a weak prior of deviation ten.
        for (var i = 0; i < n; i++) weighted[i, i] += Weakest;
        var covariance = Cholesky.Invert(weighted);
        var half = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = covariance[i, j];
                for (var k = 0; k < j; k++) sum -= half[i, k] * half[j, k];
                half[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 0)) : half[j, j] > 0 ? sum / half[j, j] : 0;
            }
        var random = new Random(seed);
        for (var d = 0; d < draws; d++)
        {
            var noise = middle.Select(_ => Draw(random)).ToArray();
            yield return [.. Enumerable.Range(0, n).Select(i => middle[i] + Enumerable.Range(0, i + 1).Sum(k => half[i, k] * noise[k]))];
        }
    }
}
