namespace BehaviorDashboard.Learning;

/// <summary>The mean of what happened to the nearest rows, drawn towards what happened to all.</summary>
public sealed class NeighboursModel(RowPreparation preparation, float[] rows, double[] labels, int k, double mean) : FittedModel
{
    private const int Prior = 2;

    public override string Candidate => "neighbours";

    public RowPreparation Preparation => preparation;

    public float[] Rows => rows;

    public double[] Labels => labels;

    public int K => k;

    public double Mean => mean;

    public override double[] Score(LearningRows rows)
    {
        var scores = new double[rows.Count];
        var (columns, prepared) = (preparation.Columns.Count, new float[preparation.Columns.Count]);
        var (distances, order) = (new float[labels.Length], new int[labels.Length]);
        if (columns == 0) Array.Fill(scores, mean);
        for (var i = 0; i < rows.Count && columns > 0; i++)
        {
            preparation.Apply(rows.Row(i), prepared);
            for (var j = 0; j < labels.Length; j++)
            {
                var distance = System.Numerics.Tensors.TensorPrimitives.Distance<float>(Rows.AsSpan(j * columns, columns), prepared);
                (distances[j], order[j]) = (distance, j);
            }
            Array.Sort(distances, order);
            scores[i] = (order.Take(k).Sum(j => labels[j]) + Prior * mean) / (Math.Min(k, labels.Length) + Prior);
        }
        return scores;
    }

    /// <summary>What the score loses when the feature is not known.</summary>
    public override double[] Contributions(ReadOnlySpan<float> row)
    {
        var (features, n) = (new string[row.Length], row.Length);
        Array.Fill(features, "");
        var changed = new float[(n + 1) * n];
        for (var i = 0; i <= n; i++)
        {
            row.CopyTo(changed.AsSpan(i * n));
            if (i < n) changed[i * n + i] = float.NaN;
        }
        var scores = Score(new LearningRows(features, changed, new double[n + 1]));
        return [.. Enumerable.Range(0, n).Select(f => Margin(scores[n]) - Margin(scores[f]))];

        static double Margin(double chance) => Math.Log(Math.Max(chance, 1e-6) / Math.Max(1 - chance, 1e-6));
    }
}

internal sealed class NeighboursCandidate : ICandidate
{
    private const int Most = 3_000;

    public string Name => "neighbours";

    public IEnumerable<Settings> Draw(Random random) => new[] { 50.0, 25, 100 }.Select(k => new Settings(new Dictionary<string, double> { ["k"] = k }));

    public FittedModel Fit(LearningRows rows, LearningTask task, Settings settings, int seed)
    {
        var (preparation, sample) = (RowPreparation.Learn(rows), rows.Sample(Most, seed));
        return new NeighboursModel(preparation, preparation.Apply(sample), sample.Labels, (int)Math.Min(settings["k"], Math.Max(1, sample.Count / 3)), rows.Mean);
    }
}
