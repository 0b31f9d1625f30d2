using System.Numerics.Tensors;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>Cholesky factorisation of small and middle-sized positive definite matrices, row by row with vector instructions.</summary>
internal static class SymmetricMatrix
{
    /// <summary>Replaces the lower triangle of <paramref name="a"/> (n x n, row major) by its Cholesky factor.</summary>
    /// <returns>Whether the matrix was positive definite.</returns>
    public static bool Factor(Span<float> a, int n)
    {
        for (var i = 0; i < n; i++)
        {
            var row = a.Slice(i * n, n);
            for (var j = 0; j < i; j++)
            {
                var other = a.Slice(j * n, j + 1);
                row[j] = (row[j] - TensorPrimitives.Dot(row[..j], other[..j])) / other[j];
            }
            var rest = row[i] - TensorPrimitives.Dot<float>(row[..i], row[..i]);
            if (!(rest > 0))
                return false;
            row[i] = MathF.Sqrt(rest);
        }
        return true;
    }

    /// <summary>Solves L Lᵀ x = b in place, where <paramref name="l"/> comes from <see cref="Factor"/>.</summary>
    public static void Solve(ReadOnlySpan<float> l, int n, Span<float> b)
    {
        for (var i = 0; i < n; i++)
            b[i] = (b[i] - TensorPrimitives.Dot(l.Slice(i * n, i), b[..i])) / l[i * n + i];
        for (var i = n - 1; i >= 0; i--)
        {
            b[i] /= l[i * n + i];
            TensorPrimitives.MultiplyAdd(l.Slice(i * n, i), -b[i], b[..i], b[..i]);
        }
    }

    /// <summary>The inverse of a positive definite matrix, on all cores; the argument is overwritten by its factor.</summary>
    public static float[] Invert(float[] a, int n)
    {
        FactorParallel(a, n);
        var halves = new float[(long)n * n]; // column j of the factor's inverse, stored as row j
        Parallel.For(0, n, Cores.Options, column =>
        {
            var x = halves.AsSpan(column * n, n);
            x[column] = 1 / a[column * n + column];
            for (var i = column + 1; i < n; i++)
                x[i] = -TensorPrimitives.Dot(a.AsSpan(i * n + column, i - column), x[column..i]) / a[i * n + i];
        });
        var inverse = new float[(long)n * n];
        Parallel.For(0, n, Cores.Options, i =>
        {
            for (var j = 0; j <= i; j++)
                inverse[i * n + j] = TensorPrimitives.Dot<float>(halves.AsSpan(i * n + i, n - i), halves.AsSpan(j * n + i, n - i));
        });
        for (var i = 0; i < n; i++)
            for (var j = i + 1; j < n; j++)
                inverse[i * n + j] = inverse[j * n + i];
        return inverse;
    }

    /// <summary>The factorisation by panels of rows: a panel's own triangle first, then every row below on its own.</summary>
    private static void FactorParallel(float[] a, int n)
    {
        const int Panel = 64;
        for (var start = 0; start < n; start += Panel)
        {
            var end = Math.Min(start + Panel, n);
            for (var i = start; i < end; i++)
                Row(a, n, i, start, i, last: true);
            var from = start;
            Parallel.For(end, n, Cores.Options, i => Row(a, n, i, from, end, last: false));
        }
    }

    private static void Row(float[] a, int n, int i, int from, int to, bool last)
    {
        var row = a.AsSpan(i * n, n);
        for (var j = from; j < to; j++)
            row[j] = (row[j] - TensorPrimitives.Dot<float>(row[..j], a.AsSpan(j * n, j))) / a[j * n + j];
        if (!last)
            return;
        var rest = row[i] - TensorPrimitives.Dot<float>(row[..i], row[..i]);
        if (!(rest > 0))
            throw new InvalidOperationException("The matrix is not positive definite: the penalty is too small for this data.");
        row[i] = MathF.Sqrt(rest);
    }
}
