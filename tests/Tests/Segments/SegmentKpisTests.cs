using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>Figures of segments as rules watch them: of the past what would have been told then.</summary>
public sealed class SegmentKpisTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Sizes_entries_and_exits_are_told_for_any_instant_and_nothing_before_the_first_member(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(engine, [new SegmentsModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper, kpis) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>(), store.Services.GetServices<IKpiSource>().Single(s => s.Source == "segment"));
        var made = (await service.CreateAsync(new SegmentDraft("Viewed lately", "", new DidRule("Product Viewed") { When = Window.Within(2) }))).Segment!;
        await service.SetStatusAsync(made, "active");
        // Each hour somebody comes; after two days each goes.
        var seen = new List<(DateTimeOffset At, long Size, long Entered, long Left)>();
        for (var hour = 0; hour < 60; hour++)
        {
            if (hour < 50) await store.Writer.AppendAsync([Make.Event($"v{hour}", "Product Viewed", $"u{hour:00}", at: time.GetUtcNow())]);
            await keeper.PassAsync();
            seen.Add((time.GetUtcNow(), (await service.FindAsync(made.Id))!.Size!.Value, Math.Min(24, Math.Min(hour + 1, 50) - Math.Max(0, Math.Min(hour - 23, 50))), 0));
            time.Advance(TimeSpan.FromHours(1));
        }
        var id = made.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(("Viewed lately", id), (await kpis.ObjectsAsync("lately", 5)).Select(o => (o.Title, o.Id)).Single());
        Assert.Null(await kpis.ReadAsync(new KpiName("segment", "size", id), Make.Noon.AddHours(-1)));
        Assert.Null(await kpis.ReadAsync(new KpiName("segment", "size", "999"), Make.Noon));
        foreach (var (at, size, entered, _) in seen)
        {
            Assert.Equal(size, (await kpis.ReadAsync(new KpiName("segment", "size", id), at))!.Value);
            Assert.Equal(entered, (await kpis.ReadAsync(new KpiName("segment", "entered_day", id), at))!.Value);
        }
        foreach (var key in kpis.Kpis.Select(k => k.Key))
        {
            var history = await kpis.HistoryAsync(new KpiName("segment", key, id), new TimeRange(Make.Noon.AddDays(-1), Make.Noon.AddHours(80)), TimeSpan.FromHours(5));
            Assert.Equal(12, history.Count);
            foreach (var reading in history) Assert.Equal((await kpis.ReadAsync(new KpiName("segment", key, id), reading.AsOf))!, reading);
        }
    }

    [Fact]
    public async Task A_size_the_keeper_has_not_renewed_is_not_told_as_fresh()
    {
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new SegmentsModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>());
        var made = (await service.OfGroupAsync(new GroupRule("rfm", "champions"), "Champions")).Segment!;
        Assert.False((await service.FindAsync(made.Id))!.CatchingUp);
        Assert.Equal(made.Id, (await service.OfGroupAsync(new GroupRule("rfm", "champions"), "Champions")).Segment!.Id);
        await store.Writer.AppendAsync([Make.Event("v", "Product Viewed", "ann")]);
        time.Advance(TimeSpan.FromSeconds(30));
        var behind = (await service.FindAsync(made.Id))!;
        Assert.Equal((true, 1, Make.Noon), (behind.CatchingUp, service.Waiting, behind.AsOf));
        await keeper.PassAsync();
        Assert.Equal((false, 0), ((await service.FindAsync(made.Id))!.CatchingUp, service.Waiting));
    }
}
