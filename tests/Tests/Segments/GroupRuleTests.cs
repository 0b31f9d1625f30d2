using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class GroupRuleTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Every_customer_is_in_the_RFM_group_their_orders_give_and_nobody_else_in_any(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        var random = new Random(7);
        var events = new List<ShopEvent> { Make.Event("v", "Product Viewed", "looker", at: Make.Noon.AddDays(-1)) };
        for (var i = 0; i < 120; i++)
            events.Add(Make.Event($"o{i}", "Order Completed", $"u{(int)(40 * random.NextDouble() * random.NextDouble())}", at: Make.Noon.AddHours(-random.Next(1, 5_000)), revenue: random.Next(1, 300), order: $"{i}"));
        await store.Writer.AppendAsync(events);
        var runner = store.Services.GetRequiredService<RuleRunner>();
        var report = await store.Services.GetRequiredService<RfmService>().ReportAsync(DateOnly.FromDateTime(Make.Noon.UtcDateTime), 30);
        foreach (var group in RfmGroups.All)
            Assert.Equal(report.Cells.Where(c => c.Group == group).Sum(c => c.People), (await runner.SizeAsync(new GroupRule("rfm", group), Make.Noon, _ => null)).People);
        Assert.Equal(0, (await runner.SizeAsync(new GroupRule("none", "x"), Make.Noon, _ => null)).People);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Members_follow_an_order_at_once_and_the_bounds_the_next_day(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        await using var store = await OpenAsync(engine, time);
        for (var i = 0; i < 10; i++) await OrderAsync($"u{i}", Make.Noon.AddDays(-100 + i), 10 + i);
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>());
        var made = (await service.CreateAsync(new SegmentDraft("Recent", "", new AnyOf([new GroupRule("rfm", "recent"), new GroupRule("rfm", "loyal"), new GroupRule("rfm", "champions")])))).Segment!;
        await service.SetStatusAsync(made, "active");
        var before = (await service.FindAsync(made.Id))!.Size;
        Assert.NotEqual(0, before);
        await OrderAsync("u0", time.GetUtcNow(), 5);
        await keeper.PassAsync();
        Assert.Contains(await service.NewestAsync(made.Id, 20), m => m.Person == "u0");
        for (var i = 10; i < 60; i++) await OrderAsync($"u{i}", time.GetUtcNow(), 1);
        await keeper.PassAsync();
        var meanwhile = (await service.FindAsync(made.Id))!.Size;
        time.Advance(TimeSpan.FromDays(1));
        await keeper.PassAsync();
        // Fifty newer orders push the old customers down, though nothing of their own changed.
        Assert.True((await service.FindAsync(made.Id))!.Size < meanwhile);
        Assert.DoesNotContain(await service.NewestAsync(made.Id, 100), m => m.Person == "u9");

        Task OrderAsync(string user, DateTimeOffset at, decimal worth) => store.Writer.AppendAsync([Make.Event(Guid.NewGuid().ToString("n"), "Order Completed", user, at: at, revenue: worth, order: Guid.NewGuid().ToString("n"))]);
    }

    [Fact]
    public async Task A_group_that_does_not_exist_is_refused()
    {
        await using var store = await OpenAsync(Engine.DuckDb, new FakeTimeProvider(Make.Noon));
        await using var scope = store.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<SegmentService>();
        Assert.Equal("NoSuchGroup", Assert.Single(await service.CheckAsync(null, new GroupRule("rfm", "kings"))).Code);
        Assert.Empty(await service.CheckAsync(null, new GroupRule("rfm", "champions")));
    }

    private static Task<TestStore> OpenAsync(Engine engine, TimeProvider time) => TestStore.OpenAsync(engine, [new SegmentsModule()], time,
        s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
}
