namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// Sparse weights from product to product: having touched the row's product speaks for the products in the row. Immutable;
/// scoring a history only walks the rows of its products.
/// </summary>
public sealed class ItemWeights : IItemScorer
{
    private readonly int[][] targets;
    private readonly float[][] weights;

    private ItemWeights(int[][] targets, float[][] weights)
    {
        this.targets = targets;
        this.weights = weights;
    }

    public int ItemCount => targets.Length;

    public ReadOnlySpan<int> TargetsOf(int item) => targets[item];

    public ReadOnlySpan<float> WeightsOf(int item) => weights[item];

    /// <summary>From columns: for each product, which products speak for it and how much.</summary>
    public static ItemWeights FromColumns(int[][] sources, float[][] columnWeights)
    {
        var n = sources.Length;
        var sizes = new int[n];
        foreach (var column in sources)
            foreach (var source in column)
                sizes[source]++;
        var targets = Array.ConvertAll(sizes, size => new int[size]);
        var weights = Array.ConvertAll(sizes, size => new float[size]);
        Array.Clear(sizes);
        for (var target = 0; target < n; target++)
        {
            for (var k = 0; k < sources[target].Length; k++)
            {
                var source = sources[target][k];
                targets[source][sizes[source]] = target;
                weights[source][sizes[source]++] = columnWeights[target][k];
            }
        }
        return new ItemWeights(targets, weights);
    }

    public static ItemWeights FromRows(int[][] targets, float[][] weights) => new(targets, weights);

    /// <summary>How much one product speaks for another; 0 where it says nothing.</summary>
    public float Between(int source, int target) => targets[source].AsSpan().IndexOf(target) is var place and >= 0 ? weights[source][place] : 0;

    public void Score(History history, Span<float> scores)
    {
        scores.Clear();
        for (var n = 0; n < history.Items.Length; n++)
        {
            var (row, values, strength) = (targets[history.Items[n]], weights[history.Items[n]], history.Weights[n]);
            for (var k = 0; k < row.Length; k++)
                scores[row[k]] += strength * values[k];
        }
    }
}
