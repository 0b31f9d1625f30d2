using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Recommendations.Ml;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

public sealed class TextLikenessTests
{
    [Fact]
    public void Products_with_the_same_words_are_nearest_in_English_and_in_Chinese()
    {
        var likeness = TextLikeness.Of([new("Green tea, loose leaf", null, null), new("Black tea loose leaf", null, null), new("Claw hammer", null, null), new("明前龙井绿茶", null, null), new("西湖龙井茶叶", null, null), new("不锈钢锤子", null, null)]);

        Assert.True(likeness.Between(0, 1) > 0.3f);
        Assert.Equal(0, likeness.Between(0, 2));
        Assert.True(likeness.Between(3, 4) > 0.2f);
        Assert.Equal(0, likeness.Between(3, 5));
        Assert.Equal(likeness.Between(3, 4), likeness.Between(4, 3), 5);
    }

    [Fact]
    public void Chinese_is_read_by_signs_and_pairs_of_signs()
    {
        Assert.Equal(["绿", "茶", "绿茶", "250g"], TextLikeness.Words("绿茶 250G"));
        Assert.Equal(["green", "tea", "2"], TextLikeness.Words("Green-Tea ２"));
    }

    [Fact]
    public void Empty_titles_are_like_nothing_and_break_nothing()
    {
        var likeness = TextLikeness.Of([new("", null, null), new("", null, null), new("Tea", "Food", null)]);
        Assert.Equal(0, likeness.Between(0, 1));
    }

    [Theory]
    [InlineData(null, 5, null)]
    [InlineData(0L, 5, 0.0)]
    [InlineData(1L, 0, 1.0)]
    [InlineData(100000L, 5, 1.0)]
    public void The_chance_to_be_in_stock_is_known_at_the_ends(long? stock, double aDay, double? chance) => Assert.Equal(chance, Availability.Probability(stock, Availability.Poisson(aDay * 3)));

    /// <summary>One unit left, one sold a day: it is there after a day when nobody came, e⁻¹.</summary>
    [Fact]
    public void In_between_it_is_the_Poisson_distribution() => Assert.Equal(Math.Exp(-1), Availability.Probability(1, Availability.Poisson(1))!.Value, 3);

    /// <summary>The same mean, but it comes in bursts: as often nobody comes, and as often all is gone.</summary>
    [Fact]
    public void Demand_that_comes_in_bursts_empties_a_shelf_more_often() => Assert.True(Availability.Probability(6, new CountDistribution(3, 15)) < Availability.Probability(6, Availability.Poisson(3)));
}
