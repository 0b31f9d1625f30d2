namespace BehaviorDashboard.Clusters;

/// <summary>Eigenvalues and vectors of a small symmetric matrix by Jacobi's rotations, largest first.</summary>
internal static class SymmetricEigen
{
    /// <returns>Each vector is a row; its largest weight is positive, so that the same matrix gives the same signs.</returns>
    public static (double[] Values, double[][] Vectors) Of(double[][] matrix)
    {
        var n = matrix.Length;
        var a = matrix.Select(r => r.ToArray()).ToArray();
        var v = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0).ToArray()).ToArray();
        for (var sweep = 0; sweep < 100; sweep++)
        {
            var off = 0.0;
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++) off += a[p][q] * a[p][q];
            if (off < 1e-22) break;
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++) Rotate(a, v, p, q);
        }
        var order = Enumerable.Range(0, n).OrderByDescending(i => a[i][i]).ToArray();
        return ([.. order.Select(i => a[i][i])], [.. order.Select(i => Facing(v.Select(row => row[i]).ToArray()))]);
    }

    private static void Rotate(double[][] a, double[][] v, int p, int q)
    {
        if (Math.Abs(a[p][q]) < 1e-300) return;
        var theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        var (c, s) = (1 / Math.Sqrt(t * t + 1), t / Math.Sqrt(t * t + 1));
        for (var i = 0; i < a.Length; i++) (a[i][p], a[i][q]) = (c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q]);
        for (var i = 0; i < a.Length; i++) (a[p][i], a[q][i]) = (c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]);
        for (var i = 0; i < a.Length; i++) (v[i][p], v[i][q]) = (c * v[i][p] - s * v[i][q], s * v[i][p] + c * v[i][q]);
    }

    private static double[] Facing(double[] vector) => vector.MaxBy(Math.Abs) < 0 ? [.. vector.Select(x => -x)] : vector;
}
