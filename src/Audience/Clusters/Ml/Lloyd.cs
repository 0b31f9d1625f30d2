using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BehaviorDashboard.Clusters;

/// <summary>Centroids, whose each row is, and the sum of squared distances to them.</summary>
public sealed record KMeansFit(float[][] Centroids, int[] Labels, double Inertia, int Iterations);

/// <summary>
/// Lloyd's iterations from given centroids: each row to its nearest centroid, each centroid to the mean of its rows, until
/// they hardly move. Eight centroids are compared with a row at a time.
/// </summary>
internal static class Lloyd
{
    private const int Lanes = 8;
    private const int MaxIterations = 300;

    /// <summary>Centroids hardly move: the summed squared move, in units of the mean variance of a column.</summary>
    private const double Tolerance = 1e-5;

    /// <param name="rows">Row after row.</param>
    public static KMeansFit Refine(ReadOnlyMemory<float> rows, int columns, float[][] start, int threads, CancellationToken cancel)
    {
        var (count, k) = (rows.Length / columns, start.Length);
        var centroids = start.Select(c => c.ToArray()).ToArray();
        var labels = new int[count];
        Array.Fill(labels, -1);
        var parts = Parts(count, threads);
        var sums = parts.Select(_ => new Sums(k, columns)).ToArray();
        var least = Tolerance * Variance(rows.Span, columns);
        var iterations = 0;
        while (iterations < MaxIterations)
        {
            cancel.ThrowIfCancellationRequested();
            iterations++;
            var packed = new Packed(centroids);
            Run(parts, p => packed.Assign(rows.Span, columns, labels, parts[p], sums[p]));
            var moved = Move(rows.Span, columns, centroids, labels, sums);
            if (moved <= least) break;
        }
        // The last move may have changed who is nearest: labels and inertia are those of the centroids handed out.
        var last = new Packed(centroids);
        var inertia = new double[parts.Length];
        Run(parts, p => inertia[p] = last.Measure(rows.Span, columns, labels, parts[p]));
        return new KMeansFit(centroids, labels, inertia.Sum(), iterations);
    }

    /// <summary>The nearest centroid of each row.</summary>
    public static int[] Assign(ReadOnlyMemory<float> rows, int columns, float[][] centroids)
    {
        var labels = new int[rows.Length / columns];
        new Packed(centroids).Measure(rows.Span, columns, labels, (0, labels.Length));
        return labels;
    }

    private static (int From, int To)[] Parts(int count, int threads)
    {
        var parts = Math.Clamp(Math.Min(threads, count / 10_000), 1, 64);
        return [.. Enumerable.Range(0, parts).Select(p => ((int)((long)count * p / parts), (int)((long)count * (p + 1) / parts)))];
    }

    private static void Run((int From, int To)[] parts, Action<int> work)
    {
        if (parts.Length == 1) work(0);
        else Parallel.For(0, parts.Length, work);
    }

    private static double Move(ReadOnlySpan<float> rows, int columns, float[][] centroids, int[] labels, Sums[] sums)
    {
        var moved = 0.0;
        for (var j = 0; j < centroids.Length; j++)
        {
            var size = sums.Sum(s => s.Sizes[j]);
            if (size == 0)
            {
                // Nobody is nearest to it: it starts again at the row that is farthest from its own centroid.
                rows.Slice(Farthest(rows, columns, centroids, labels) * columns, columns).CopyTo(centroids[j]);
                moved = double.MaxValue;
                continue;
            }
            for (var c = 0; c < columns; c++)
            {
                var mean = (float)(sums.Sum(s => s.Totals[j * columns + c]) / size);
                moved += (double)(mean - centroids[j][c]) * (mean - centroids[j][c]);
                centroids[j][c] = mean;
            }
        }
        return moved;
    }

    private static int Farthest(ReadOnlySpan<float> rows, int columns, float[][] centroids, int[] labels)
    {
        var (farthest, most) = (0, -1f);
        for (var i = 0; i < labels.Length; i++)
        {
            var distance = Distance(rows.Slice(i * columns, columns), centroids[labels[i]]);
            if (distance > most) (farthest, most) = (i, distance);
        }
        return farthest;
    }

    private static float Distance(ReadOnlySpan<float> row, ReadOnlySpan<float> centroid)
    {
        var distance = 0f;
        for (var c = 0; c < row.Length; c++) distance += (row[c] - centroid[c]) * (row[c] - centroid[c]);
        return distance;
    }

    private static double Variance(ReadOnlySpan<float> rows, int columns)
    {
        var (sum, squares, count) = (new double[columns], new double[columns], rows.Length / columns);
        for (var i = 0; i < rows.Length; i += columns)
            for (var c = 0; c < columns; c++)
            {
                sum[c] += rows[i + c];
                squares[c] += (double)rows[i + c] * rows[i + c];
            }
        return Enumerable.Range(0, columns).Average(c => Math.Max(0, squares[c] / count - sum[c] / count * (sum[c] / count)));
    }

    /// <summary>What one thread has added up: kept from iteration to iteration, changed by the rows that changed sides.</summary>
    private sealed class Sums(int k, int columns)
    {
        public double[] Totals { get; } = new double[k * columns];
        public long[] Sizes { get; } = new long[k];
    }

    /// <summary>Centroids turned so that eight of them lie in one register. Nearest is where |c|²/2 - x·c is least.</summary>
    private sealed class Packed
    {
        private readonly float[][] _centroids;
        private readonly float[] _turned;
        private readonly float[] _halves;
        private readonly int _width;

        public Packed(float[][] centroids)
        {
            _centroids = centroids;
            _width = (centroids.Length + Lanes - 1) / Lanes * Lanes;
            var columns = centroids[0].Length;
            _turned = new float[columns * _width];
            _halves = new float[_width];
            Array.Fill(_halves, float.MaxValue);
            for (var j = 0; j < centroids.Length; j++)
            {
                _halves[j] = (float)(centroids[j].Sum(v => (double)v * v) / 2);
                for (var c = 0; c < columns; c++) _turned[c * _width + j] = centroids[j][c];
            }
        }

        public void Assign(ReadOnlySpan<float> rows, int columns, int[] labels, (int From, int To) part, Sums sums)
        {
            Span<float> scores = stackalloc float[_width];
            for (var i = part.From; i < part.To; i++)
            {
                var row = rows.Slice(i * columns, columns);
                var (nearest, before) = (Nearest(row, scores), labels[i]);
                if (nearest == before) continue;
                labels[i] = nearest;
                sums.Sizes[nearest]++;
                var to = sums.Totals.AsSpan(nearest * columns, columns);
                for (var c = 0; c < to.Length; c++) to[c] += row[c];
                if (before < 0) continue;
                sums.Sizes[before]--;
                var from = sums.Totals.AsSpan(before * columns, columns);
                for (var c = 0; c < from.Length; c++) from[c] -= row[c];
            }
        }

        public double Measure(ReadOnlySpan<float> rows, int columns, int[] labels, (int From, int To) part)
        {
            Span<float> scores = stackalloc float[_width];
            var inertia = 0.0;
            for (var i = part.From; i < part.To; i++)
            {
                var row = rows.Slice(i * columns, columns);
                labels[i] = Nearest(row, scores);
                inertia += Distance(row, _centroids[labels[i]]);
            }
            return inertia;
        }

        private int Nearest(ReadOnlySpan<float> row, Span<float> scores)
        {
            ref var turned = ref MemoryMarshal.GetArrayDataReference(_turned);
            ref var halves = ref MemoryMarshal.GetArrayDataReference(_halves);
            for (var block = 0; block < _width; block += Lanes)
            {
                var score = Vector256.LoadUnsafe(ref halves, (nuint)block);
                for (var c = 0; c < row.Length; c++) score -= Vector256.Create(row[c]) * Vector256.LoadUnsafe(ref turned, (nuint)(c * _width + block));
                score.StoreUnsafe(ref MemoryMarshal.GetReference(scores), (nuint)block);
            }
            var nearest = 0;
            for (var j = 1; j < _centroids.Length; j++)
                if (scores[j] < scores[nearest]) nearest = j;
            return nearest;
        }
    }
}
