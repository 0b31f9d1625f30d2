namespace BehaviorDashboard.Learning;

/// <summary>How much a model leans on a feature.</summary>
/// <param name="Direction">Whether the score rises (+1) or falls (-1) with it, or neither alone (0).</param>
public sealed record Driver(string Feature, double Weight, int Direction);

/// <summary>What a model loses when one feature is shuffled among the rows.</summary>
/// <remarks>Breiman (2001), "Random Forests", section 10; on rows the model has not seen.</remarks>
public static class Importance
{
    private const int MostRows = 5_000;

    /// <returns>Largest loss first; features that cost nothing are left out.</returns>
    public static IReadOnlyList<Driver> Permute(Func<LearningRows, double[]> score, LearningRows rows, LearningTask task, int seed, int repeats = 2, CancellationToken cancel = default)
    {
        var judged = rows.Sample(MostRows, seed);
        if (judged.Count == 0) return [];
        var (foretold, random) = (score(judged), new Random(seed));
        var loss = Search.Loss(task, foretold, judged.Labels);
        var drivers = new List<Driver>();
        var column = new float[judged.Count];
        for (var f = 0; f < judged.Columns; f++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < judged.Count; i++) column[i] = judged.Values[i * judged.Columns + f];
            var direction = Direction(column, foretold);
            var cost = 0.0;
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                var (values, shuffled) = ((float[])judged.Values.Clone(), (float[])column.Clone());
                random.Shuffle(shuffled);
                for (var i = 0; i < judged.Count; i++) values[i * judged.Columns + f] = shuffled[i];
                cost += Search.Loss(task, score(judged with { Values = values }), judged.Labels) - loss;
            }
            if (cost > 0) drivers.Add(new Driver(judged.Features[f], cost / repeats, direction));
        }
        return [.. drivers.OrderByDescending(d => d.Weight)];
    }

    private static int Direction(float[] column, double[] foretold)
    {
        var known = Splits.Where(column, float.IsFinite);
        var correlation = FigureMetrics.Correlation([.. known.Select(i => Math.Log(1 + Math.Abs((double)column[i])))], [.. known.Select(i => foretold[i])]);
        return correlation > 0.1 ? 1 : correlation < -0.1 ? -1 : 0;
    }
}
