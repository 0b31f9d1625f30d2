using System.Globalization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>An order counts once, whether a file or the shop tells it first, and however often the shop does.</summary>
public class LiveAndImportedTests
{
    public static TheoryData<Engine> Engines => ImportBench.Engines;

    private const string Header = "Name,Email,Created at,Subtotal,Currency,Refunded Amount,Financial Status,Lineitem name,Lineitem sku,Lineitem price,Lineitem quantity\n";

    private static string Row(string number, decimal price, decimal refunded = 0, string at = "2026-01-02 10:00:00 +0000") =>
        FormattableString.Invariant($"{number},ann@example.com,{at},{price},USD,{refunded},paid,Cup,cup,{price},1\n");

    private static Task<ImportReport> BringAsync(ImportBench bench, params string[] rows) => bench.ImportAsync("shopify-orders", Header + string.Concat(rows));

    /// <summary>An order and its one line, as the ingest stores it.</summary>
    private static ShopEvent[] Live(string message, string order, decimal revenue, string at = "2026-01-02T11:00:00Z", string user = "u1", string name = EventNames.OrderCompleted) =>
    [
        Event(message, EventTypes.Track, order, at, user, name, revenue),
        Event(message + "#1", EventTypes.Item, order, at, user, name, null),
    ];

    [Theory, MemberData(nameof(Engines))]
    public async Task An_order_that_came_live_stays_and_is_counted_under_unchanged(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        await bench.SendAsync(Live("live", "#1", 10));
        // The same number a year earlier is another order.
        await bench.SendAsync(Live("old", "#2", 7, "2025-01-02T11:00:00Z"));
        var report = await BringAsync(bench, Row("#1", 10), Row("#2", 20));
        Assert.Equal((1L, 1L, 1L), (report.Created, report.Unchanged, report.Elsewhere));
        Assert.Equal(37m, await bench.RevenueAsync());
        // What the file says of it later changes nothing either.
        Assert.Equal(1, (await BringAsync(bench, Row("#1", 12))).Elsewhere);
        Assert.Equal(37m, await bench.RevenueAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_imported_order_that_comes_live_is_the_live_one_from_then_on(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        var first = await BringAsync(bench, Row("#1", 10), Row("#2", 20), Row("#3", 5, at: "2026-03-02 10:00:00 +0000"));
        await bench.Store.RestartAsync();
        // Two of a batch; the third has the number of another time.
        await bench.SendAsync([.. Live("a", "#1", 10), .. Live("b", "#2", 21), .. Live("c", "#3", 6)]);
        await AssertAsync(10 + 21 + 6 + 5, 4);
        Assert.Equal((3L, 37m), await OfAsync("u1"));
        Assert.Equal((1L, 5m), await OfAsync(PersonIds.OfEmail("ann@example.com")));
        Assert.Equal(3, (await BringAsync(bench, Row("#1", 10), Row("#2", 20), Row("#3", 5, at: "2026-03-02 10:00:00 +0000"))).Unchanged);
        var later = await BringAsync(bench, Row("#1", 11), Row("#2", 20), Row("#3", 4, at: "2026-03-02 10:00:00 +0000"));
        Assert.Equal((1L, 1L, 2L), (later.Elsewhere, later.Updated, later.Unchanged));
        await AssertAsync(10 + 21 + 6 + 4, 4);
        // Neither import's undo takes the live ones, nor brings back what they stand for.
        await bench.Service.UndoAsync(later.Id);
        await AssertAsync(10 + 21 + 6 + 5, 4);
        await bench.Service.UndoAsync(first.Id);
        await AssertAsync(10 + 21 + 6, 3);

        async Task AssertAsync(decimal revenue, long orders)
        {
            Assert.Equal(revenue, await bench.RevenueAsync());
            Assert.Equal((orders, orders), (await bench.ScalarAsync<long>("select count(*) from events where type = 'track'"), await bench.ScalarAsync<long>("select count(*) from events where type = 'item'")));
            Assert.Equal(revenue, await bench.ScalarAsync<decimal>("select sum(revenue) from profiles"));
        }

        async Task<(long, decimal)> OfAsync(string person) =>
            (await bench.ScalarAsync<long>($"select orders from profiles where user_id = '{person}'"), await bench.ScalarAsync<decimal>($"select revenue from profiles where user_id = '{person}'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_undo_does_not_bring_back_an_order_that_came_live_meanwhile(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        await BringAsync(bench, Row("#1", 10), Row("#2", 20));
        var second = await BringAsync(bench, Row("#1", 11), Row("#2", 21));
        await bench.SendAsync(Live("a", "#1", 12));
        Assert.Equal(33m, await bench.RevenueAsync());
        await bench.Service.UndoAsync(second.Id);
        Assert.Equal(32m, await bench.RevenueAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_a_file_told_of_refunds_gives_way_to_the_refunds_themselves(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        await BringAsync(bench, Row("#1", 50, refunded: 15));
        Assert.Equal(35m, await bench.RevenueAsync());
        // Weeks after the order, in two parts, both before the file was read.
        await bench.SendAsync(Live("r1", "#1", -5, "2026-01-20T11:00:00Z", name: EventNames.OrderRefunded));
        await bench.SendAsync(Live("r2", "#1", -10, "2026-02-20T11:00:00Z", name: EventNames.OrderRefunded));
        Assert.Equal(35m, await bench.RevenueAsync());
        await BringAsync(bench, Row("#1", 50, refunded: 16));
        Assert.Equal(35m, await bench.RevenueAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_order_sent_by_browser_and_server_counts_once(Engine engine)
    {
        await using var bench = await ImportBench.OpenAsync(engine);
        await bench.SendAsync([.. Live("browser", "7", 10), .. Live("server", "7", 10)]);
        await bench.Store.RestartAsync();
        var again = await bench.Store.Writer.AppendAsync(Live("reloaded", "7", 10), TestContext.Current.CancellationToken);
        Assert.Equal([true, true], again.Duplicate);
        // Two shops may number alike: another person's order is another order.
        await bench.SendAsync(Live("other", "7", 30, user: "u2"));
        Assert.Equal((40m, 2L), (await bench.RevenueAsync(), await bench.ScalarAsync<long>("select count(*) from events where type = 'item'")));
        Assert.Equal(10m, await bench.ScalarAsync<decimal>("select revenue from profiles where user_id = 'u1'"));
    }

    private static ShopEvent Event(string message, string type, string order, string at, string user, string name, decimal? revenue) => new()
    {
        MessageId = message,
        ReceivedAt = DateTimeOffset.UtcNow,
        OccurredAt = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture),
        Type = type,
        Name = name,
        SourceId = "key",
        UserId = user,
        OrderId = order,
        Revenue = revenue,
        ProductId = type == EventTypes.Item ? "cup" : null,
        Quantity = type == EventTypes.Item ? 1 : null,
    };
}
