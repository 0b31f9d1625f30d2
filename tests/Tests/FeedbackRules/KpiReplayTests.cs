using BehaviorDashboard.Catalog;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.FeedbackRules;

/// <summary>History replayed through the windows is what SQL counts of it at every second looked at.</summary>
public sealed class KpiReplayTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Every_second_equals_SQL_over_what_could_be_seen(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(engine, [new CatalogModule(), new LiveMetricsModule()], time, s => s.AddSingleton(_ => new ShopClock(time, TimeZoneInfo.Utc)));
        var random = new Random(11);
        var names = new[] { EventNames.ProductViewed, EventNames.ProductAdded, EventNames.OrderCompleted, EventNames.OrderRefunded, EventNames.ProductsSearched };
        var events = Enumerable.Range(0, 400).Select(i =>
        {
            var name = names[random.Next(names.Length)];
            // Back-filled long afterwards: seen at its own time.
            return Make.Event($"e{i}", name, user: $"u{random.Next(20)}", at: Make.Noon.AddSeconds(-random.Next(200_000)), received: Make.Noon.AddHours(1), session: $"s{random.Next(60)}",
                revenue: name is EventNames.OrderCompleted ? random.Next(100) : name is EventNames.OrderRefunded ? -random.Next(20) : null);
        }).ToList();
        await store.Writer.AppendAsync(events);
        var (replay, kpis) = (store.Services.GetRequiredService<KpiReplay>(), store.Services.GetRequiredService<KpiService>());
        var looked = new List<(string Window, DateTimeOffset At, KpiValues Values)>();
        var late = await replay.RunAsync(new TimeRange(Make.Noon.AddHours(-30), Make.Noon), ["5m", "1h", "24h"], (at, values) =>
        {
            if (random.Next(60) == 0)
                foreach (var window in LiveWindows.Keys) looked.Add((window, at, values(window)));
            return null;
        });
        Assert.True(looked.Count > 100);
        Assert.Equal(events.Count(e => e.OccurredAt >= Make.Noon.AddHours(-30) && e.ReceivedAt - e.OccurredAt > KpiReplay.LiveWithin), late);
        foreach (var (window, at, values) in looked) Assert.Equal(await kpis.ValuesAsync(LiveWindows.RangeAt(window, at)), values);
    }

    [Fact]
    public async Task An_event_told_a_minute_late_is_seen_a_minute_late()
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new CatalogModule(), new LiveMetricsModule()], time, s => s.AddSingleton(_ => new ShopClock(time, TimeZoneInfo.Utc)));
        await store.Writer.AppendAsync([Make.Event("o", EventNames.OrderCompleted, at: Make.Noon.AddSeconds(-100), received: Make.Noon.AddSeconds(-40), revenue: 5)]);
        DateTimeOffset? seen = null;
        await store.Services.GetRequiredService<KpiReplay>().RunAsync(new TimeRange(Make.Noon.AddMinutes(-4), Make.Noon), ["5m"], (at, values) =>
        {
            if (values("5m").Orders == 1) seen ??= at;
            return null;
        });
        Assert.Equal(Make.Noon.AddSeconds(-39), seen);
    }
}
