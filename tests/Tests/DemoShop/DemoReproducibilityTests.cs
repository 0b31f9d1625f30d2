using BehaviorDashboard.DemoShop;
using Xunit;

namespace BehaviorDashboard.Tests.DemoShop;

public sealed class DemoReproducibilityTests
{
    [Fact]
    public void The_same_seed_and_day_give_the_same_bytes()
    {
        var (one, two) = (Small(7), Small(7));
        Assert.Equal(one.Bytes(one.Events), two.Bytes(two.Events));
    }

    [Fact]
    public void Another_seed_gives_another_shop()
    {
        var (one, two) = (Small(7), Small(8));
        Assert.NotEqual(one.Bytes(one.Events), two.Bytes(two.Events));
        Assert.Empty(one.Events.Where(e => e.InVisit).Select(e => e.MessageId).Intersect(two.Events.Select(e => e.MessageId)));
    }

    [Fact]
    public void Every_event_has_a_message_id_of_its_own()
    {
        var year = Small(7);
        Assert.Equal(year.Events.Count, year.Events.Select(e => e.MessageId).Distinct().Count());
    }

    [Fact]
    public void Live_minutes_repeat_and_leave_the_shops_own_days_as_they_were()
    {
        var (one, two) = (Small(7), Small(7));
        var noon = DemoYear.Clock.StartOf(DemoYear.First.AddDays(59)).AddHours(12);
        var live = Enumerable.Range(0, 10).SelectMany(m => one.Simulation.LiveMinute(noon.AddMinutes(m), 5)).ToList();
        var again = Enumerable.Range(0, 10).SelectMany(m => two.Simulation.LiveMinute(noon.AddMinutes(m), 5)).ToList();
        Assert.NotEmpty(live);
        Assert.Equal(one.Bytes(live), two.Bytes(again));
        var untouched = Small(7);
        Assert.Equal(untouched.Bytes(untouched.Simulation.NextDay()), one.Bytes(one.Simulation.NextDay()));
    }

    [Fact]
    public void A_faster_minute_holds_the_visits_of_a_slower_one()
    {
        var shop = Small(7);
        var noon = DemoYear.Clock.StartOf(DemoYear.First.AddDays(59)).AddHours(12);
        var slow = shop.Simulation.LiveMinute(noon, 2).Select(e => (e.MessageId, e.At, e.Name)).ToList();
        var fast = shop.Simulation.LiveMinute(noon, 6).Select(e => (e.MessageId, e.At, e.Name)).ToList();
        Assert.NotEmpty(slow);
        Assert.True(fast.Count > slow.Count);
        Assert.Subset(fast.ToHashSet(), slow.ToHashSet());
    }

    [Fact]
    public void Events_lie_on_their_day_and_in_order()
    {
        var year = Small(7);
        for (var day = 0; day < year.ByDay.Count; day++)
        {
            var times = year.ByDay[day].Select(e => e.At).ToList();
            Assert.Equal(times.Order(), times);
            var start = DemoYear.Clock.StartOf(DemoYear.First.AddDays(day)).ToUnixTimeMilliseconds();
            Assert.All(times, t => Assert.InRange(t, start - 120_000, start + 36 * 3600_000));
        }
    }

    private static DemoYear Small(int seed) => new(seed, 0.3, DemoIncidents.Typical(DemoYear.First, 60), 60);
}
