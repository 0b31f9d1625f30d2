namespace BehaviorDashboard.Learning;

/// <summary>How good a division into clusters is, and how alike two divisions are.</summary>
public static class ClusterMetrics
{
    /// <summary>
    /// Agreement of two divisions of the same things beyond chance: 1 the same up to names, 0 as by chance.
    /// </summary>
    /// <remarks>Hubert and Arabie, "Comparing partitions" (1985).</remarks>
    public static double AdjustedRand(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        if (one.Length != other.Length) throw new ArgumentException("Two divisions of the same things have the same length.", nameof(other));
        if (one.Length < 2) return 1;
        var (cells, rows, columns) = (new Dictionary<(int, int), long>(), new Dictionary<int, long>(), new Dictionary<int, long>());
        for (var i = 0; i < one.Length; i++)
        {
            cells[(one[i], other[i])] = cells.GetValueOrDefault((one[i], other[i])) + 1;
            rows[one[i]] = rows.GetValueOrDefault(one[i]) + 1;
            columns[other[i]] = columns.GetValueOrDefault(other[i]) + 1;
        }
        var (both, inOne, inOther, all) = (cells.Values.Sum(Pairs), rows.Values.Sum(Pairs), columns.Values.Sum(Pairs), Pairs(one.Length));
        var expected = inOne * inOther / all;
        var most = (inOne + inOther) / 2;
        return most == expected ? 1 : (both - expected) / (most - expected);

        static double Pairs(long n) => n * (n - 1) / 2.0;
    }

    /// <summary>
    /// Mean silhouette of a sample: how much nearer a thing is to its own cluster than to the next, from -1 to 1.
    /// </summary>
    /// <param name="rows">Row after row.</param>
    /// <remarks>Rousseeuw, "Silhouettes" (1987). All distances are taken within the sample.</remarks>
    public static double Silhouette(ReadOnlySpan<float> rows, int columns, ReadOnlySpan<int> labels, int sample = 2_000, int seed = 1)
    {
        var picked = Sampling.Indices(labels.Length, sample, seed);
        var clusters = labels.Length == 0 ? 0 : labels.ToArray().Max() + 1;
        var (sums, sizes, total, counted) = (new double[clusters], new int[clusters], 0.0, 0);
        foreach (var i in picked) sizes[labels[i]]++;
        foreach (var i in picked)
        {
            Array.Clear(sums);
            var row = rows.Slice(i * columns, columns);
            foreach (var j in picked)
            {
                var other = rows.Slice(j * columns, columns);
                var distance = 0f;
                for (var c = 0; c < columns; c++) distance += (row[c] - other[c]) * (row[c] - other[c]);
                sums[labels[j]] += Math.Sqrt(distance);
            }
            var own = labels[i];
            var next = double.MaxValue;
            for (var c = 0; c < clusters; c++)
                if (c != own && sizes[c] > 0) next = Math.Min(next, sums[c] / sizes[c]);
            if (next == double.MaxValue) continue;
            counted++;
            if (sizes[own] == 1) continue;
            var inside = sums[own] / (sizes[own] - 1);
            total += Math.Max(inside, next) == 0 ? 0 : (next - inside) / Math.Max(inside, next);
        }
        return counted == 0 ? double.NaN : total / counted;
    }
}
