using BehaviorDashboard.Recommendations.Ml;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

public sealed class RankingEvaluatorTests
{
    private sealed class Fixed(params float[] values) : IItemScorer
    {
        public void Score(History history, Span<float> scores) => values.CopyTo(scores);
    }

    [Fact]
    public void Figures_are_those_worked_out_by_hand()
    {
        var train = Interactions.Of([new(0, 0)], 1, 5);
        var test = Interactions.Of([new(0, 2), new(0, 4)], 1, 5);

        // Product 0 is known and skipped: the list is 1, 2, 3 and the one hit is in second place.
        var quality = RankingEvaluator.Evaluate(new Fixed(9, 8, 7, 6, 1), train, test, 3);

        Assert.Equal(1 / Math.Log2(3) / (1 + 1 / Math.Log2(3)), quality.Ndcg, 12);
        Assert.Equal(.5 / 2, quality.MeanAveragePrecision, 12);
        Assert.Equal(1 / 3.0, quality.Precision, 12);
        Assert.Equal(.5, quality.Recall, 12);
    }

    [Fact]
    public void A_perfect_list_scores_one()
    {
        var quality = RankingEvaluator.Evaluate(new Fixed(0, 0, 5, 0, 4), Interactions.Of([], 1, 5), Interactions.Of([new(0, 2), new(0, 4)], 1, 5), 2);

        Assert.Equal((1, 1, 1), (quality.Ndcg, quality.MeanAveragePrecision, quality.Recall));
    }

    [Fact]
    public void Ties_go_to_the_lower_product_and_excluded_ones_never_fill_a_list() =>
        Assert.Equal([1, 2], TopItems.Of([float.NegativeInfinity, 3, 3], 5));
}
