using System.Globalization;
using BehaviorDashboard.Recommendations;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

/// <summary>What is touched in one visit is counted as a pair, newer visits more.</summary>
public sealed class CoVisitsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pairs_of_one_visit_count_both_ways_and_a_pause_begins_another()
    {
        var visits = new CoVisits();
        visits.Add("u1", "tea", 1, Noon);
        visits.Add("u1", "cup", 1, Noon.AddMinutes(1));
        visits.Add("u1", "cup", 1, Noon.AddMinutes(2));
        visits.Add("u1", "pot", 1, Noon.AddMinutes(40));
        visits.Add("u2", "tea", 1, Noon.AddMinutes(40));
        visits.Add("u2", "pot", 3, Noon.AddMinutes(41));

        var beside = visits.Of("tea").ToDictionary(p => p.Product, p => p.Share);
        Assert.Equal(["cup", "pot"], beside.Keys.Order());
        Assert.Equal(1, beside["pot"]);
        Assert.InRange(beside["cup"], 0.66f, 0.67f);
        Assert.Equal("tea", Assert.Single(visits.Of("cup")).Product);
        Assert.Equal("tea", Assert.Single(visits.Of("pot")).Product);
        Assert.Empty(visits.Of("unknown"));
        visits.Clear();
        Assert.Empty(visits.Of("tea"));
    }

    [Fact]
    public void A_visit_of_a_later_half_life_weighs_twice()
    {
        var visits = new CoVisits();
        visits.Add("u1", "tea", 1, Noon);
        visits.Add("u1", "cup", 1, Noon);
        visits.Add("u2", "tea", 1, Noon.AddDays(CoVisits.HalfLifeDays));
        visits.Add("u2", "pot", 1, Noon.AddDays(CoVisits.HalfLifeDays));

        var beside = visits.Of("tea").ToDictionary(p => p.Product, p => p.Share);
        Assert.Equal((1f, 0.5f), (beside["pot"], beside["cup"]));
    }

    [Fact]
    public void Of_many_partners_the_strongest_stay()
    {
        var visits = new CoVisits();
        void Together(string visit, string other, float weight)
        {
            visits.Add(visit, "tea", weight, Noon);
            visits.Add(visit, other, weight, Noon);
        }
        for (var i = 0; i < 5; i++) Together($"s{i}", $"strong{i}", 9);
        for (var i = 0; i < 400; i++) Together($"w{i}", string.Create(CultureInfo.InvariantCulture, $"weak{i}"), 1);

        var beside = visits.Of("tea");
        Assert.InRange(beside.Count, Partners.Kept, Partners.Kept * 2);
        Assert.Equal(5, beside.Count(p => p is { Share: 1 } && p.Product.StartsWith("strong", StringComparison.Ordinal)));
        Assert.Contains(beside, p => p.Product == "weak399");
        Assert.DoesNotContain(beside, p => p.Product == "weak0");
    }
}
