namespace BehaviorDashboard.Learning;

/// <summary>One column of the prepared table.</summary>
/// <param name="Feature">Which figure it is made of.</param>
/// <param name="IsMissing">Whether it says that the figure is not known, instead of the figure.</param>
/// <param name="Log">Whether the signed logarithm is taken first.</param>
public sealed record PreparedColumn(int Feature, bool IsMissing, bool Log, double Middle, double Scale);

/// <summary>
/// Makes figures fit for learning: long tails through a signed logarithm, then mean 0 and deviation 1; what is not known
/// becomes the mean, and a column of its own says so. Figures that never vary are left out.
/// </summary>
public sealed record RowPreparation(IReadOnlyList<PreparedColumn> Columns)
{
    private const double LongTail = 2;
    private const double Farthest = 8;

    public static RowPreparation Learn(LearningRows rows)
    {
        var columns = new List<PreparedColumn>();
        var values = new List<double>(rows.Count);
        for (var f = 0; f < rows.Columns; f++)
        {
            values.Clear();
            for (var i = 0; i < rows.Count; i++)
                if (float.IsFinite(rows.Values[i * rows.Columns + f])) values.Add(rows.Values[i * rows.Columns + f]);
            if (values.Count is var known && known > 0 && known < rows.Count)
            {
                var share = 1 - (double)known / rows.Count;
                columns.Add(new PreparedColumn(f, true, false, share, Math.Sqrt(share * (1 - share))));
            }
            if (values.Count == 0) continue;
            var log = Skewness(values) > LongTail;
            var (mean, deviation) = Spread(log ? values.Select(SignedLog) : values);
            if (deviation > 1e-9 * Math.Max(1, Math.Abs(mean))) columns.Add(new PreparedColumn(f, false, log, mean, deviation));
        }
        return new RowPreparation(columns);
    }

    public void Apply(ReadOnlySpan<float> row, Span<float> prepared)
    {
        for (var c = 0; c < Columns.Count; c++)
        {
            var column = Columns[c];
            var value = row[column.Feature];
            prepared[c] = column.IsMissing ? (float)(((float.IsFinite(value) ? 0 : 1) - column.Middle) / column.Scale)
                : float.IsFinite(value) ? (float)Math.Clamp(((column.Log ? SignedLog(value) : value) - column.Middle) / column.Scale, -Farthest, Farthest) : 0;
        }
    }

    /// <summary>Row after row.</summary>
    public float[] Apply(LearningRows rows)
    {
        var all = new float[rows.Count * Columns.Count];
        for (var i = 0; i < rows.Count; i++) Apply(rows.Row(i), all.AsSpan(i * Columns.Count, Columns.Count));
        return all;
    }

    /// <summary>Sums what columns contribute, by the figure they are made of.</summary>
    public double[] ByFeature(ReadOnlySpan<double> byColumn, int features)
    {
        var sums = new double[features];
        for (var c = 0; c < Columns.Count; c++) sums[Columns[c].Feature] += byColumn[c];
        return sums;
    }

    private static double SignedLog(double value) => Math.Sign(value) * Math.Log(1 + Math.Abs(value));

    private static double Skewness(List<double> values)
    {
        var (mean, deviation) = Spread(values);
        return deviation == 0 ? 0 : Math.Abs(values.Sum(v => Math.Pow((v - mean) / deviation, 3)) / values.Count);
    }

    private static (double Mean, double Deviation) Spread(IEnumerable<double> values)
    {
        var (sum, squares, count) = (0.0, 0.0, 0);
        var all = values as IList<double> ?? [.. values];
        foreach (var v in all) (sum, count) = (sum + v, count + 1);
        foreach (var v in all) squares += (v - sum / count) * (v - sum / count);
        return (sum / count, Math.Sqrt(squares / count));
    }
}
