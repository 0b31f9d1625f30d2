using Microsoft.ML.Trainers.FastTree;

namespace BehaviorDashboard.Learning;

/// <summary>One regression tree. A child below zero is the leaf ~child.</summary>
/// <param name="Means">Mean of the leaves below each inner node, over the rows it was learned from.</param>
public sealed record Tree(int[] Features, float[] Thresholds, int[] Left, int[] Right, double[] Leaves, double[] Means)
{
    internal static Tree Of(RegressionTreeBase tree, double weight, float[] prepared, int columns)
    {
        var made = new Tree([.. tree.NumericalSplitFeatureIndexes], [.. tree.NumericalSplitThresholds], [.. tree.LeftChild], [.. tree.RightChild],
            [.. tree.LeafValues.Select(v => v * weight)], new double[tree.NumberOfNodes]);
        if (made.Features.Length == 0) return made;
        var rows = new long[made.Leaves.Length];
        for (var i = 0; i + columns <= prepared.Length; i += columns) rows[made.Leaf(prepared.AsSpan(i, columns))]++;
        made.Settle(0, rows);
        return made;
    }

    public double Score(ReadOnlySpan<float> row) => Leaves.Length == 0 ? 0 : Leaves[Features.Length == 0 ? 0 : Leaf(row)];

    /// <summary>On the way to its leaf, each split moves the expectation; the move belongs to the split's column.</summary>
    /// <remarks>Saabas (2014): the path-wise form of what SHAP averages over all orders.</remarks>
    public void Contribute(ReadOnlySpan<float> row, double[] byColumn)
    {
        if (Features.Length == 0) return;
        for (var node = 0; node >= 0;)
        {
            var (child, before) = (row[Features[node]] <= Thresholds[node] ? Left[node] : Right[node], Means[node]);
            byColumn[Features[node]] += (child < 0 ? Leaves[~child] : Means[child]) - before;
            node = child;
        }
    }

    private int Leaf(ReadOnlySpan<float> row)
    {
        var node = 0;
        while (node >= 0) node = row[Features[node]] <= Thresholds[node] ? Left[node] : Right[node];
        return ~node;
    }

    private (double Sum, double Plain, long Rows) Settle(int node, long[] rows)
    {
        if (node < 0) return (Leaves[~node] * rows[~node], Leaves[~node], rows[~node]);
        var (left, right) = (Settle(Left[node], rows), Settle(Right[node], rows));
        var of = left.Rows + right.Rows;
        Means[node] = of > 0 ? (left.Sum + right.Sum) / of : (left.Plain + right.Plain) / 2;
        return (left.Sum + right.Sum, Means[node], of);
    }
}

/// <summary>Trees added up. Learned by ML.NET, kept and walked here: no engine to pool, no library to load for a score.</summary>
/// <param name="slope">For a chance: 1 / (1 + exp(slope × sum + offset)).</param>
public sealed class TreeModel(string candidate, RowPreparation preparation, Tree[] trees, double bias, double slope, double offset, LearningTask task) : FittedModel
{
    public override string Candidate => candidate;

    public RowPreparation Preparation => preparation;

    public Tree[] Trees => trees;

    public double Bias => bias;

    public double Slope => slope;

    public double Offset => offset;

    public LearningTask Task => task;

    public override double[] Score(LearningRows rows)
    {
        var (prepared, scores) = (new float[preparation.Columns.Count], new double[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
        {
            preparation.Apply(rows.Row(i), prepared);
            var sum = bias;
            foreach (var tree in trees) sum += tree.Score(prepared);
            scores[i] = task == LearningTask.Chance ? Sigmoid(-(slope * sum + offset)) : sum;
        }
        return scores;
    }

    public override double[] Contributions(ReadOnlySpan<float> row)
    {
        var (prepared, byColumn) = (new float[preparation.Columns.Count], new double[preparation.Columns.Count]);
        preparation.Apply(row, prepared);
        foreach (var tree in trees) tree.Contribute(prepared, byColumn);
        var unit = task == LearningTask.Chance ? -slope : 1;
        return preparation.ByFeature([.. byColumn.Select(c => c * unit)], row.Length);
    }
}
