namespace BehaviorDashboard.Learning;

/// <summary>Rows to learn from.</summary>
/// <param name="Values">Figures, row after row; NaN where one is not known.</param>
/// <param name="Labels">What happened: 1 or 0 for a chance, a figure for a regression.</param>
/// <param name="Times">When each row's features ended, as ticks; null where rows have no time.</param>
/// <param name="Groups">Whom a row is about; rows of one group never stand on both sides of a split by folds.</param>
public sealed record LearningRows(IReadOnlyList<string> Features, float[] Values, double[] Labels, long[]? Times = null, int[]? Groups = null)
{
    public int Count => Labels.Length;

    public int Columns => Features.Count;

    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>Share of rows in which it happened; the mean of a regression.</summary>
    public double Mean => Labels.Length == 0 ? double.NaN : Labels.Average();

    public double Positives => Labels.Sum();

    public LearningRows Take(int[] rows) => new(Features, Sampling.Rows(Values, Columns, rows), [.. rows.Select(i => Labels[i])],
        Times is null ? null : [.. rows.Select(i => Times[i])], Groups is null ? null : [.. rows.Select(i => Groups[i])]);

    /// <summary>At most so many rows, drawn by a seed.</summary>
    public LearningRows Sample(int most, int seed) => Count <= most ? this : Take(Sampling.Indices(Count, most, seed));

    public static LearningRows Join(params IReadOnlyList<LearningRows> parts) => new(parts[0].Features, [.. parts.SelectMany(p => p.Values)], [.. parts.SelectMany(p => p.Labels)],
        parts.All(p => p.Times is not null) ? [.. parts.SelectMany(p => p.Times!)] : null, parts.All(p => p.Groups is not null) ? [.. parts.SelectMany(p => p.Groups!)] : null);
}
