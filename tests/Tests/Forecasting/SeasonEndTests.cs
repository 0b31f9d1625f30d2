using BehaviorDashboard.Forecasting.Ml;
using Xunit;

namespace BehaviorDashboard.Tests.Forecasting;

/// <summary>What last year's weeks say against a forecast that only knows the level of now.</summary>
public class SeasonEndTests
{
    private const int Year = 52;
    private const int Ahead = 8;

    [Fact]
    public void Bunting_that_sold_in_December_and_not_after_it_is_not_bought_for_January()
    {
        double[] bunting = [200, 180, .. Enumerable.Repeat(2d, 40), .. Enumerable.Repeat(190d, 13)];
        double[] cake = [.. Enumerable.Range(0, 55).Select(t => 100d + t % 5)];
        var said = SeasonEnd.Find([bunting, cake], [Flat(190), Flat(102)], Year);
        Assert.NotNull(said[0]);
        Assert.InRange(said[0]!.Average(), 1, 30);
        Assert.Null(said[1]);
    }

    [Fact]
    public void A_product_that_has_grown_since_is_believed_now()
    {
        double[] grown = [5, 6, 4, .. Enumerable.Range(0, 52).Select(t => 5d + 4 * t)];
        Assert.Null(SeasonEnd.Find([grown], [Flat(210)], Year)[0]);
    }

    [Fact]
    public void Chance_is_no_season_and_neither_is_a_short_or_a_long_history()
    {
        double[] rare = [.. Enumerable.Range(0, 54).Select(t => t is 0 or 30 or 51 ? 1d : 0)];
        double[] bunting = [200, .. Enumerable.Repeat(2d, 40), .. Enumerable.Repeat(190d, 12)];
        Assert.Null(SeasonEnd.Find([rare], [Flat(0.2)], Year)[0]);
        Assert.Null(SeasonEnd.Find([bunting[2..]], [Flat(190)], Year)[0]);
        Assert.Null(SeasonEnd.Find([[.. bunting, .. bunting]], [Flat(190)], Year)[0]);
    }

    [Fact]
    public void Peaks_are_the_most_of_any_weeks_in_a_row()
    {
        double[] y = [1, 5, 2, 9, 0, 4];
        var most = DemandPeaks.Of(y, 4);
        for (var length = 1; length <= 4; length++) Assert.Equal(Enumerable.Range(0, y.Length - length + 1).Max(t => y[t..(t + length)].Sum()), most[length - 1]);
        Assert.Equal(most[1] + 0.5 * (most[2] - most[1]), DemandPeaks.Within(most, 2.5), 9);
        Assert.Equal(most[3] * 2, DemandPeaks.Within(most, 8), 9);
    }

    private static double[] Flat(double level) => [.. Enumerable.Repeat(level, Ahead)];
}
