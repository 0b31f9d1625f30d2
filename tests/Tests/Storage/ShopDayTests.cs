using System.Globalization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>Days are the shop's: 23, 24 or 25 hours long, the same from SQL on both engines as from the clock.</summary>
public class ShopDayTests
{
    public static TheoryData<Engine, string, string, int> Changes
    {
        get
        {
            var all = new TheoryData<Engine, string, string, int>();
            foreach (var engine in new[] { Engine.DuckDb, Engine.Postgres })
            {
                all.Add(engine, "Europe/London", "2026-03-29", 23);
                all.Add(engine, "Europe/London", "2026-10-25", 25);
                all.Add(engine, "America/New_York", "2026-03-08", 23);
                all.Add(engine, "America/New_York", "2026-11-01", 25);
                all.Add(engine, "Asia/Shanghai", "2026-03-29", 24);
                // Clocks jump over midnight: the day begins at one o'clock.
                all.Add(engine, "America/Santiago", "2026-09-06", 23);
            }
            return all;
        }
    }

    [Theory, MemberData(nameof(Changes))]
    public async Task An_order_every_hour_falls_on_the_day_the_shop_was_having(Engine engine, string zone, string changed, int hours)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var clock = new ShopClock(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById(zone));
        await using var store = await TestStore.OpenAsync(engine, [new CatalogModule(), new LiveMetricsModule()], more: s => s.AddSingleton(clock),
            settings: new Dictionary<string, string?> { ["Shop:TimeZone"] = zone });
        var day = DateOnly.Parse(changed, CultureInfo.InvariantCulture);
        var range = clock.Days(day.AddDays(-3), day.AddDays(3));
        var orders = new List<ShopEvent>();
        for (var at = range.From; at < range.To; at = at.AddHours(1)) orders.Add(Make.Event($"o{orders.Count}", EventNames.OrderCompleted, at: at.AddMinutes(29), revenue: 1m));
        // The last instant of one day and the first of the next.
        orders.Add(Make.Event("last", EventNames.OrderCompleted, at: clock.StartOf(day).AddMilliseconds(-1), revenue: 1m));
        orders.Add(Make.Event("first", EventNames.OrderCompleted, at: clock.StartOf(day), revenue: 1m));
        await store.Writer.AppendAsync(orders);

        var report = await store.Services.GetRequiredService<KpiService>().ReportAsync(range, compare: false);

        var expected = orders.GroupBy(o => clock.DateOf(o.OccurredAt)).OrderBy(g => g.Key).Select(g => (g.Key, (long)g.Count())).ToList();
        Assert.Equal(expected, report.Series.Select(p => (clock.DateOf(p.At), p.Orders)));
        Assert.Equal(hours + 1, report.Series.Single(p => clock.DateOf(p.At) == day).Orders);
        Assert.Equal(orders.Count, report.Now.Orders);
    }

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task An_instant_comes_back_as_it_was_whatever_its_offset(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        DateTimeOffset[] instants =
        [
            new(2026, 10, 25, 1, 30, 0, TimeSpan.FromHours(1)), new(2026, 10, 25, 1, 30, 0, TimeSpan.Zero), new(2026, 3, 1, 0, 0, 0, 123, 456, TimeSpan.FromHours(8)),
            new(1999, 12, 31, 23, 59, 59, TimeSpan.FromHours(-12)), new(2400, 2, 29, 12, 0, 0, TimeSpan.FromMinutes(345)),
        ];
        await store.Writer.AppendAsync([.. instants.Select((at, i) => Make.Event($"e{i}", at: at))]);
        Assert.Equal(instants.Select(i => i.ToUniversalTime()), await store.Database.QueryAsync<DateTimeOffset>("select occurred_at from events order by message_id"));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from events where occurred_at = @At", new { At = instants[2].ToOffset(TimeSpan.FromHours(-5)) }));
    }
}
