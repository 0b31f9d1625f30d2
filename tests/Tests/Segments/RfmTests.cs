using BehaviorDashboard.Events;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class RfmTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static Task<TestStore> OpenAsync(Engine engine, params IModule[] modules) =>
        TestStore.OpenAsync(engine, modules, more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));

    [Fact]
    public void Every_score_has_a_group_and_better_scores_never_a_worse_one_of_the_same_recency()
    {
        for (var r = 1; r <= 5; r++)
            for (var f = 1; f <= 5; f++)
                for (var m = 1; m <= 5; m++)
                {
                    Assert.Contains(RfmGroups.Of(r, f, m), RfmGroups.All);
                    if (m < 5) Assert.True(Rank(r, f, m + 1) <= Rank(r, f, m), $"{r}{f}{m}");
                }

        static int Rank(int r, int f, int m) => RfmGroups.All.ToList().IndexOf(RfmGroups.Of(r, f, m));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Scores_are_fifths_with_ties_together_and_moves_come_from_the_orders_of_then(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await OpenAsync(engine, new SegmentsModule());
        var clock = new ShopClock(TimeProvider.System, TimeZoneInfo.Utc);
        var orders = new List<ShopEvent>();
        void Order(string user, int daysAgo, decimal worth) => orders.Add(Make.Event($"o{orders.Count}", "Order Completed", user, at: Make.Noon.AddDays(-daysAgo), revenue: worth, order: $"{orders.Count}"));
        for (var i = 0; i < 8; i++) Order($"one{i}", 200 - i, 10);
        for (var i = 0; i < 12; i++) Order("best", 40 - i, 100);
        Order("new", 1, 10);
        orders.Add(Make.Event("back", "Order Refunded", "one0", at: Make.Noon.AddDays(-1), revenue: -10, order: "0"));
        await store.Writer.AppendAsync(orders);
        var service = new RfmService(store.Database, new RfmScales(store.Database, clock), store.Services.GetRequiredService<KeptReports>(), clock, Options.Create(new ShopOptions()));
        Assert.Equal(DateOnly.FromDateTime(Make.Noon.UtcDateTime).AddDays(-1), await service.LastDayAsync());
        var report = await service.ReportAsync(DateOnly.FromDateTime(Make.Noon.UtcDateTime), 30);
        Assert.Equal((10, 1_280m), (report.People, report.Revenue));
        Assert.Equal(1, report.Cells.Where(c => c.Group == "champions").Sum(c => c.People));
        Assert.Equal(1, Assert.Single(report.Cells, c => c is { F: 5, M: 5 }).People);
        Assert.Equal(9, report.Cells.Where(c => c.F == 1).Sum(c => c.People));
        Assert.Contains(report.Moves, m => m is { From: null, People: 1 });
        Assert.Equal(report.People, report.Moves.Sum(m => m.People));

        // An order whose money cannot be added is told of.
        Assert.Equal(0, report.Foreign);
        await store.Writer.AppendAsync([Make.Event("abroad", "Order Completed", "new", at: Make.Noon.AddDays(-1), revenue: 70, order: "abroad", currency: "SEK")]);
        report = await service.ReportAsync(DateOnly.FromDateTime(Make.Noon.UtcDateTime), 30);
        Assert.Equal((1, 1_280m), (report.Foreign, report.Revenue));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_shop_without_orders_has_a_day_and_no_groups(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await OpenAsync(engine, new SegmentsModule());
        var clock = new ShopClock(TimeProvider.System, TimeZoneInfo.Utc);
        var service = new RfmService(store.Database, new RfmScales(store.Database, clock), store.Services.GetRequiredService<KeptReports>(), clock, Options.Create(new ShopOptions()));
        await store.Writer.AppendAsync([Make.Event("v", "Product Viewed")]);
        Assert.Equal(clock.Today, await service.LastDayAsync());
        Assert.Empty((await service.ReportAsync(clock.Today, 30)).Cells);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Fixed_bounds_score_as_chosen_then_as_now_and_are_kept_as_versions(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await OpenAsync(engine, new SegmentsModule());
        var clock = new ShopClock(TimeProvider.System, TimeZoneInfo.Utc);
        await store.Writer.AppendAsync([
            Make.Event("a", "Order Completed", "ann", at: Make.Noon.AddDays(-5), revenue: 600, order: "1"),
            Make.Event("b", "Order Completed", "bob", at: Make.Noon.AddDays(-100), revenue: 60, order: "2"),
            Make.Event("c", "Order Completed", "bob", at: Make.Noon.AddDays(-101), revenue: 60, order: "3")]);
        var scales = new RfmScales(store.Database, clock);
        var service = new RfmService(store.Database, scales, store.Services.GetRequiredService<KeptReports>(), clock, Options.Create(new ShopOptions()));
        var scale = new RfmScale([10, 50, 100, 200], [9, 4, 2, 1], [1_000, 500, 100, 50]);
        Assert.Equal("Days", await scales.SaveAsync(scale with { Days = [10, 10, 100, 200] }, new NoAudit()));
        Assert.Equal("Orders", await scales.SaveAsync(scale with { Orders = [9, 4, 2, 0] }, new NoAudit()));
        Assert.Null(await scales.SaveAsync(scale, new NoAudit()));
        var day = DateOnly.FromDateTime(Make.Noon.UtcDateTime);
        var report = await service.ReportAsync(day, 98);
        Assert.Equal(["233 1", "524 1"], report.Cells.Select(c => $"{c.R}{c.F}{c.M} {c.People}").Order());
        // 98 days before, bob's last order was three days old.
        Assert.Contains(report.Moves, m => m is { From: null, To: "loyal" });
        Assert.Equal(RfmGroups.Of(5, 3, 3), Assert.Single(report.Moves, m => m.From is not null).From);
        Assert.Equal((1, true), (report.Scale.Version, report.Scale.Scale.IsFixed));
        Assert.Null(await scales.SaveAsync(scale, new NoAudit()));
        Assert.Null(await scales.SaveAsync(RfmScale.Fifths, new NoAudit()));
        Assert.Equal([2, 1], (await scales.VersionsAsync()).Select(v => v.Version));
        Assert.False((await service.ReportAsync(day, 98)).Scale.Scale.IsFixed);
    }

    /// <summary>UCI Online Retail: the groups order as a reader expects, and every customer with an order is in one.</summary>
    [Fact]
    public async Task Online_Retail_groups_make_sense()
    {
        Assert.SkipWhen(Repository.Data is null, Repository.DataMissing);
        var files = Directory.GetFiles(Path.Combine(Repository.Data!, "online_retail"), "*.csv.gz").Order(StringComparer.Ordinal).ToList();
        await using var store = await OpenAsync(Engine.DuckDb, new IngestModule(), new ImportsModule(), new CatalogModule(), new SegmentsModule());
        await store.Services.GetRequiredService<ImportService>().RunAsync(new ImportRequest("uci-online-retail", files));
        var service = new RfmService(store.Database, new RfmScales(store.Database, new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)), store.Services.GetRequiredService<KeptReports>(), new ShopClock(TimeProvider.System, TimeZoneInfo.Utc), Options.Create(new ShopOptions()));
        var report = await service.ReportAsync(new DateOnly(2011, 12, 9), 90);
        var buyers = await store.Database.ScalarAsync<long>("select count(*) from profiles where orders > 0");
        Assert.Equal(buyers, report.People);
        Assert.All(RfmGroups.All, g => Assert.Contains(report.Cells, c => c.Group == g));
        decimal Mean(string group) => report.Cells.Where(c => c.Group == group).Sum(c => c.Revenue) / report.Cells.Where(c => c.Group == group).Sum(c => c.People);
        Assert.True(Mean("champions") > Mean("loyal") && Mean("loyal") > Mean("recent") && Mean("cannot_lose") > Mean("at_risk") && Mean("at_risk") > Mean("hibernating"));
        Assert.True(report.Cells.Where(c => c.Group == "champions").Sum(c => c.Revenue) > report.Revenue / 2);
    }
}
