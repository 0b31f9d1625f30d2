namespace BehaviorDashboard.Learning;

/// <summary>A figure measured on a sample, and between which bounds it would fall on others like it.</summary>
public sealed record Estimate(double Value, double Low, double High)
{
    /// <summary>
    /// Percentile bootstrap: the rows are drawn again with putting back, and the measure taken again.
    /// </summary>
    /// <param name="measure">Takes how often each row counts; null: once.</param>
    /// <param name="groups">Whom rows are about; people are drawn, not rows, where one has several.</param>
    /// <remarks>Efron and Tibshirani, "An Introduction to the Bootstrap" (1993).</remarks>
    public static Estimate Bootstrap(int rows, Func<int[]?, double> measure, int seed, int draws = 200, double level = 0.95, IReadOnlyList<int>? groups = null)
    {
        var (random, values) = (new Random(seed), new List<double>(draws));
        var members = groups is null ? null : Enumerable.Range(0, rows).GroupBy(i => groups[i]).Select(g => g.ToArray()).ToArray();
        var weights = new int[rows];
        for (var draw = 0; draw < draws; draw++)
        {
            Array.Clear(weights);
            if (members is null)
                for (var i = 0; i < rows; i++) weights[random.Next(rows)]++;
            else
                for (var i = 0; i < members.Length; i++)
                    foreach (var row in members[random.Next(members.Length)]) weights[row]++;
            var value = measure(weights);
            if (double.IsFinite(value)) values.Add(value);
        }
        values.Sort();
        return values.Count == 0 ? new Estimate(measure(null), double.NaN, double.NaN)
            : new Estimate(measure(null), Quantile(values, (1 - level) / 2), Quantile(values, (1 + level) / 2));
    }

    /// <summary>A share seen in a sample, bounded sensibly even where nothing or everything was seen.</summary>
    /// <remarks>Wilson (1927).</remarks>
    public static Estimate Share(double seen, double of, double z = 1.96)
    {
        if (of <= 0) return new Estimate(double.NaN, 0, 1);
        var (p, z2) = (seen / of, z * z);
        var (middle, half) = ((p + z2 / (2 * of)) / (1 + z2 / of), z / (1 + z2 / of) * Math.Sqrt(p * (1 - p) / of + z2 / (4 * of * of)));
        return new Estimate(p, Math.Max(0, middle - half), Math.Min(1, middle + half));
    }

    /// <param name="sorted">Ascending.</param>
    public static double Quantile(IReadOnlyList<double> sorted, double q)
    {
        var at = q * (sorted.Count - 1);
        var below = (int)Math.Floor(at);
        return below + 1 >= sorted.Count ? sorted[^1] : sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}
