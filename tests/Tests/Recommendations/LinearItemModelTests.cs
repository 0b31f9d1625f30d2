using BehaviorDashboard.Recommendations.Ml;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

public sealed class LinearItemModelTests
{
    /// <summary>With two products the ridge regression is one division: shared / (people + λ).</summary>
    [Fact]
    public void Two_products_give_the_ridge_regression_of_one_on_the_other()
    {
        var interactions = Interactions.Of([new(0, 0), new(0, 1), new(1, 0), new(1, 1), new(2, 0)], 3, 2);

        var dense = LinearItemModel.TrainDense(interactions, new LinearSettings(2));
        var local = LinearItemModel.TrainLocal(interactions, new LinearSettings(2));

        // Product 1 from product 0: 2 share, 3 have product 0; product 0 from product 1: 2 share, 2 have product 1.
        Assert.Equal(2 / 5f, Weight(dense, 0, 1), 5);
        Assert.Equal(2 / 4f, Weight(dense, 1, 0), 5);
        Assert.Equal(2 / 5f, Weight(local, 0, 1), 5);
        Assert.Equal(2 / 4f, Weight(local, 1, 0), 5);
        Assert.Equal(0, Weight(dense, 0, 0));
    }

    /// <summary>Where every product is a neighbour of every other, the local model solves the same equations; only negative weights are dropped.</summary>
    [Fact]
    public void The_local_model_agrees_with_the_dense_one_where_all_products_share_people()
    {
        var interactions = Worlds.TwoTastes(5000, 40, seed: 7);

        var dense = LinearItemModel.TrainDense(interactions, new LinearSettings(50));
        var local = LinearItemModel.TrainLocal(interactions, new LinearSettings(50, Neighbours: 39));

        var pairs = from a in Enumerable.Range(0, 40) from b in Enumerable.Range(0, 40) where a != b select (a, b);
        Assert.All(pairs, pair => Assert.Equal(Math.Max(0, Weight(dense, pair.a, pair.b)), Weight(local, pair.a, pair.b), 3));
    }

    [Fact]
    public void A_denoising_share_shrinks_the_weights_of_common_products()
    {
        var interactions = Worlds.TwoTastes(300, 40, seed: 7);

        var plain = LinearItemModel.TrainDense(interactions, new LinearSettings(50));
        var denoised = LinearItemModel.TrainDense(interactions, new LinearSettings(50, Dropout: .5f));

        Assert.True(Sum(denoised) < Sum(plain));
    }

    private static float Sum(ItemWeights weights) => Enumerable.Range(0, weights.ItemCount).Sum(item => weights.WeightsOf(item).ToArray().Sum(MathF.Abs));

    private static float Weight(ItemWeights weights, int from, int to) =>
        weights.TargetsOf(from).IndexOf(to) is var place and >= 0 ? weights.WeightsOf(from)[place] : 0;
}
