using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>Cholesky factorisation of small and middle-sized positive definite matrices, row by row with vector instructions.</summary>
internal static class SymmetricMatrix
{
    private const int Together = 4;

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
    /// <remarks>Four rows at a time: what limits it is how often the matrix passes through memory.</remarks>
    public static float[] Invert(float[] a, int n)
    {
        FactorParallel(a, n);
        var halves = new float[(long)n * n]; // column j of the factor's inverse, stored as row j
        Parallel.For(0, (n + Together - 1) / Together, Cores.Options, block =>
        {
            var first = block * Together;
            var count = Math.Min(Together, n - first);
            var sums = (stackalloc float[Together]);
            for (var i = first; i < n; i++)
            {
                Dots(a.AsSpan(i * n + first, i - first), halves, first * n + first, n, count, sums);
                for (var c = 0; c < count && first + c <= i; c++)
                    halves[(first + c) * n + i] = (first + c == i ? 1 : -sums[c]) / a[i * n + i];
            }
        });
        var inverse = new float[(long)n * n];
        Parallel.For(0, (n + Together - 1) / Together, Cores.Options, block =>
        {
            var first = block * Together;
            var count = Math.Min(Together, n - first);
            var sums = (stackalloc float[Together]);
            for (var j = 0; j < first + count; j++)
            {
                // Before its own place a row holds zeros.
                Dots(halves.AsSpan(j * n + first, n - first), halves, first * n + first, n, count, sums);
                for (var c = 0; c < count; c++)
                    if (j <= first + c) inverse[(first + c) * n + j] = inverse[j * n + first + c] = sums[c];
            }
        });
        return inverse;
    }

    /// <summary>The products of one row with up to four others, which lie <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots(ReadOnlySpan<float> row, float[] others, int start, int stride, int count, Span<float> sums)
    {
        if (count < Together)
        {
            for (var k = 0; k < count; k++) sums[k] = TensorPrimitives.Dot(row, others.AsSpan(start + k * stride, row.Length));
            return;
        }
        ReadOnlySpan<float> a = others.AsSpan(start, row.Length), b = others.AsSpan(start + stride, row.Length), c = others.AsSpan(start + 2 * stride, row.Length), d = others.AsSpan(start + 3 * stride, row.Length);
        var (one, two, three, four) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var n = 0;
        for (; n <= row.Length - Vector<float>.Count; n += Vector<float>.Count)
        {
            var own = new Vector<float>(row[n..]);
            one = Vector.FusedMultiplyAdd(own, new Vector<float>(a[n..]), one);
            two = Vector.FusedMultiplyAdd(own, new Vector<float>(b[n..]), two);
            three = Vector.FusedMultiplyAdd(own, new Vector<float>(c[n..]), three);
            four = Vector.FusedMultiplyAdd(own, new Vector<float>(d[n..]), four);
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Vector.Sum(one), Vector.Sum(two), Vector.Sum(three), Vector.Sum(four));
        for (; n < row.Length; n++)
        {
            sums[0] += row[n] * a[n];
            sums[1] += row[n] * b[n];
            sums[2] += row[n] * c[n];
            sums[3] += row[n] * d[n];
        }
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
