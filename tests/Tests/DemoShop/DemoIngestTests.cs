using System.Text;
using BehaviorDashboard.DemoShop;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.DemoShop;

/// <summary>The product understands the demo shop, and hearing it twice changes nothing.</summary>
public sealed class DemoIngestTests
{
    private readonly EventNormalizer _normalizer = new(Options.Create(new IngestOptions()), Options.Create(new ShopOptions { Currency = "USD" }));

    [Fact]
    public async Task What_is_stored_is_what_happened_however_often_it_is_sent()
    {
        var shop = new DemoYear(7, 0.2, DemoIncidents.Typical(DemoYear.First, 60), 60);
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        await SendAsync(store, shop, shop.Events);
        var first = await CountAsync(store);
        await SendAsync(store, shop, shop.Events.Reverse());
        Assert.Equal(first, await CountAsync(store));

        var orders = shop.Events.OfType<OrderCompleted>().ToList();
        Assert.Equal(shop.Events.Count, first.Events);
        Assert.Equal(orders.Count, first.Orders);
        Assert.Equal(orders.Sum(o => o.Order.Revenue) - shop.Events.OfType<OrderRefunded>().Sum(r => r.Amount), first.Net);
        Assert.Equal(orders.Sum(o => o.Order.Lines.Count), first.Lines);
        Assert.Equal(shop.Events.Where(e => e.InVisit).Select(e => e.Thread).Distinct().Count(), first.Sessions);
        Assert.Equal(shop.Events.Select(e => e.Who.UserId).OfType<string>().Distinct().Count(), first.Known);
        Assert.Equal(orders.Count, first.OrdersOfPeople);
    }

    private async Task SendAsync(TestStore store, DemoYear shop, IEnumerable<DemoEvent> events)
    {
        foreach (var part in events.Chunk(2000))
        {
            var rows = new List<ShopEvent>();
            foreach (var e in shop.Sent(part))
                Assert.Null(_normalizer.Normalize(Encoding.UTF8.GetBytes(e.GetRawText()), new Arrival(DemoYear.Clock.Now, "demo"), rows));
            await store.Writer.AppendAsync(rows);
        }
    }

    private static async Task<Counts> CountAsync(TestStore store) => (await store.Database.FirstOrDefaultAsync<Counts>("""
            select cast(count(*) filter (where type <> 'item') as bigint) as Events,
                cast(count(*) filter (where type = 'track' and name = 'Order Completed') as bigint) as Orders,
                cast(sum(revenue) filter (where type = 'track') as decimal(18, 4)) as Net,
                cast(count(*) filter (where type = 'item' and name = 'Order Completed') as bigint) as Lines,
                cast(count(distinct session_id) as bigint) as Sessions,
                (select cast(count(*) as bigint) from profiles where is_known) as Known,
                (select cast(sum(orders) as bigint) from profiles) as OrdersOfPeople
            from events
            """))!;

    private sealed record Counts(long Events, long Orders, decimal Net, long Lines, long Sessions, long Known, long OrdersOfPeople);
}
