namespace BehaviorDashboard.Learning;

/// <summary>Systems of linear equations with a symmetric positive definite matrix.</summary>
public static class Cholesky
{
    /// <param name="matrix">Its lower half is read; it is overwritten.</param>
    public static double[] Solve(double[,] matrix, double[] target)
    {
        var n = target.Length;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i, j];
                for (var k = 0; k < j; k++) sum -= matrix[i, k] * matrix[j, k];
                matrix[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / matrix[j, j];
            }
        }
        var x = (double[])target.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) x[i] -= matrix[i, k] * x[k];
            x[i] /= matrix[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) x[i] -= matrix[k, i] * x[k];
            x[i] /= matrix[i, i];
        }
        return x;
    }

    /// <summary>The inverse; the matrix is kept.</summary>
    public static double[,] Invert(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var inverse = new double[n, n];
        for (var c = 0; c < n; c++)
        {
            var unit = new double[n];
            unit[c] = 1;
            var column = Solve((double[,])matrix.Clone(), unit);
            for (var r = 0; r < n; r++) inverse[r, c] = column[r];
        }
        return inverse;
    }
}
