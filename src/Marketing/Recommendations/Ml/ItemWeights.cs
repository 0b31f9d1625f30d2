using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// Weights from product to product: having touched the row's product speaks for the products in the row. Immutable; scoring a
/// history only walks the rows of its products. The rows lie one after the other in two arrays: a model of 50,000 products is
/// a handful of objects, so that reading one while requests are answered leaves the garbage collector nothing to do.
/// </summary>
public sealed class ItemWeights : IItemScorer
{
    private readonly int[] offsets;
    private readonly int[] targets;
    private readonly float[] weights;

    /// <summary>Every row names every product, in order: they are added whole.</summary>
    private readonly bool full;

    private ItemWeights(int[] offsets, int[] targets, float[] weights)
    {
        (this.offsets, this.targets, this.weights) = (offsets, targets, weights);
        full = ItemCount > 0 && targets.Length == (long)ItemCount * ItemCount;
    }

    public int ItemCount => offsets.Length - 1;

    public ReadOnlySpan<int> TargetsOf(int item) => targets.AsSpan(offsets[item], offsets[item + 1] - offsets[item]);

    public ReadOnlySpan<float> WeightsOf(int item) => weights.AsSpan(offsets[item], offsets[item + 1] - offsets[item]);

    /// <summary>From columns: for each product, which products speak for it and how much.</summary>
    public static ItemWeights FromColumns(int[][] sources, float[][] columnWeights)
    {
        var n = sources.Length;
        var offsets = new int[n + 1];
        foreach (var column in sources)
            foreach (var source in column)
                offsets[source + 1]++;
        for (var item = 0; item < n; item++)
            offsets[item + 1] += offsets[item];
        var next = offsets.AsSpan(0, n).ToArray();
        var (targets, weights) = (new int[offsets[n]], new float[offsets[n]]);
        for (var target = 0; target < n; target++)
        {
            for (var k = 0; k < sources[target].Length; k++)
            {
                var place = next[sources[target][k]]++;
                (targets[place], weights[place]) = (target, columnWeights[target][k]);
            }
        }
        return new ItemWeights(offsets, targets, weights);
    }

    /// <param name="targets">Of each row; a row of all products has them in order.</param>
    public static ItemWeights FromRows(IReadOnlyList<int[]> targets, IReadOnlyList<float[]> weights)
    {
        var builder = new Builder(targets.Count);
        for (var item = 0; item < targets.Count; item++)
        {
            builder.Room(targets[item].Length, out var names, out var values);
            targets[item].CopyTo(names);
            weights[item].CopyTo(values);
        }
        return builder.Build();
    }

    /// <summary>How much one product speaks for another; 0 where it says nothing.</summary>
    public float Between(int source, int target) => TargetsOf(source).IndexOf(target) is var place and >= 0 ? WeightsOf(source)[place] : 0;

    public void Score(History history, Span<float> scores)
    {
        scores.Clear();
        for (var n = 0; n < history.Items.Length; n++)
        {
            var row = TargetsOf(history.Items[n]);
            var values = WeightsOf(history.Items[n]);
            var strength = history.Weights[n];
            if (full)
            {
                TensorPrimitives.MultiplyAdd(values, strength, scores, scores);
                continue;
            }
            for (var k = 0; k < row.Length; k++)
                scores[row[k]] += strength * values[k];
        }
    }

    /// <summary>Row after row, without an array of its own for each.</summary>
    internal sealed class Builder(int items)
    {
        private readonly int[] offsets = new int[items + 1];
        private readonly List<int> targets = [];
        private readonly List<float> weights = [];
        private int rows;

        /// <summary>Room of the next row, to be filled before the next is asked for.</summary>
        public void Room(int length, out Span<int> names, out Span<float> values)
        {
            var start = targets.Count;
            CollectionsMarshal.SetCount(targets, start + length);
            CollectionsMarshal.SetCount(weights, start + length);
            offsets[++rows] = start + length;
            names = CollectionsMarshal.AsSpan(targets)[start..];
            values = CollectionsMarshal.AsSpan(weights)[start..];
        }

        public ItemWeights Build() => new(offsets, [.. targets], [.. weights]);
    }
}
