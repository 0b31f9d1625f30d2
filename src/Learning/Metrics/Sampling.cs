namespace BehaviorDashboard.Learning;

/// <summary>Rows drawn by a seed: the same seed draws the same rows.</summary>
public static class Sampling
{
    /// <summary>Without putting back, in ascending order; all rows where there are no more than asked for.</summary>
    public static int[] Indices(int rows, int wanted, int seed)
    {
        var all = Enumerable.Range(0, rows).ToArray();
        if (rows <= wanted) return all;
        var random = new Random(seed);
        for (var i = 0; i < wanted; i++)
        {
            var j = random.Next(i, rows);
            (all[i], all[j]) = (all[j], all[i]);
        }
        var picked = all[..wanted];
        Array.Sort(picked);
        return picked;
    }

    /// <summary>With putting back: a bootstrap sample.</summary>
    public static int[] Bootstrap(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => random.Next(rows))];
    }

    /// <summary>The named rows of a table that lies row after row.</summary>
    public static float[] Rows(ReadOnlySpan<float> table, int columns, ReadOnlySpan<int> rows)
    {
        var picked = new float[rows.Length * columns];
        for (var i = 0; i < rows.Length; i++) table.Slice(rows[i] * columns, columns).CopyTo(picked.AsSpan(i * columns));
        return picked;
    }
}
