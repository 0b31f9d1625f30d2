using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Catalog;

/// <summary>What a list of products says, on both engines.</summary>
public class ProductServiceTests
{
    private static readonly TimeRange March = new(Make.Noon.AddDays(-5), Make.Noon.AddDays(5));

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static async Task<(TestStore Store, ProductService Products)> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var store = await TestStore.OpenAsync(engine, [new LiveMetricsModule(), new CatalogModule()], more: s => s.AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        return (store, store.Services.GetRequiredService<ProductService>());
    }

    private static ShopEvent Sold(string id, string product, int quantity, decimal price, DateTimeOffset? at = null, string name = "Order Completed", string? currency = null) =>
        Make.Event(id, name, type: EventTypes.Item, product: product, quantity: quantity, price: price, at: at, currency: currency);

    private static Task StockAsync(TestStore store, params ProductFact[] facts) =>
        store.Services.GetRequiredService<IProductCatalog>().UpsertAsync(facts, "test", dryRun: false, default);

    [Theory, MemberData(nameof(Engines))]
    public async Task A_product_shows_what_was_sold_in_the_range_and_what_is_not_known_stays_open(Engine engine)
    {
        var (store, products) = await OpenAsync(engine);
        await using var _ = store;
        await StockAsync(store, new ProductFact("lamp", "Lamp", "Light", Price: 9.5m, Stock: 0), new ProductFact("chair", "Chair"));
        await store.Writer.AppendAsync(
        [
            Sold("1", "lamp", 2, 9.5m), Sold("2", "lamp", 1, 9m, Make.Noon.AddDays(1)), Sold("3", "lamp", 100, 9m, Make.Noon.AddDays(-6)), Sold("4", "lamp", -1, 9m, name: "Order Refunded"),
            Sold("5", "lamp", 1, 700m, currency: "JPY"), Make.Event("6", "Product Viewed", product: "lamp", at: Make.Noon.AddDays(2)), Make.Event("7", "Product Viewed", product: "only-seen"),
        ]);
        Assert.Equal(new Product("lamp", "Lamp", "Light", 9.5m, null, 0, 4, 28m, 1, Make.Noon.AddDays(2)), await products.FindAsync("lamp", March));
        Assert.Equal(new Product("chair", "Chair", null, null, null, null, 0, 0, 0, null), await products.FindAsync("chair", March));
        Assert.Equal(new Product("only-seen", null, null, null, null, null, 0, 0, 1, Make.Noon), await products.FindAsync("only-seen", March));
        Assert.Null(await products.FindAsync("nothing", March));
        Assert.Equal(new ProductTotals(3, 4), await products.TotalsAsync("", March));
        Assert.Equal(new ProductTotals(1, 4), await products.TotalsAsync(" LIGHT ", March));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Pages_hold_every_product_once_in_every_order(Engine engine)
    {
        var (store, products) = await OpenAsync(engine);
        await using var _ = store;
        await StockAsync(store, [.. Enumerable.Range(0, 60).Select(i => new ProductFact($"p{i:00}~x", i % 3 == 0 ? "Same" : $"Näme {i}", Stock: i % 4 == 0 ? null : i % 5))]);
        await store.Writer.AppendAsync([.. Enumerable.Range(30, 60).Select(i => Sold($"e{i}", $"p{i:00}~x", i % 6, 1m, Make.Noon.AddMinutes(i % 7)))]);
        foreach (var sort in ProductQuery.Sorts)
        {
            var all = new List<Product>();
            for (string? after = null; ;)
            {
                var page = await products.PageAsync(new ProductQuery { Sort = sort, After = after, Limit = 7 }, March);
                all.AddRange(page.Products);
                if ((after = page.Next) is null) break;
            }
            Assert.Equal((90, 90), (all.Count, all.DistinctBy(p => p.Id).Count()));
            if (sort == "sold") Assert.Equal(all.Select(p => p.Units).OrderDescending(), all.Select(p => p.Units));
            if (sort == "seen") Assert.Equal(all.Select(p => p.LastSeen ?? DateTimeOffset.MinValue).OrderDescending(), all.Select(p => p.LastSeen ?? DateTimeOffset.MinValue));
            if (sort == "stock") Assert.Equal(all.Select(p => p.Stock ?? long.MaxValue).Order(), all.Select(p => p.Stock ?? long.MaxValue));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_search_is_words_and_never_SQL(Engine engine)
    {
        var (store, products) = await OpenAsync(engine);
        await using var _ = store;
        await StockAsync(store, new ProductFact("a1", "Red lamp"), new ProductFact("b2", "Blue chair", "Seats"));
        Assert.Equal("a1", Assert.Single((await products.PageAsync(new ProductQuery { Text = "LAMP" }, March)).Products).Id);
        Assert.Equal("b2", Assert.Single((await products.PageAsync(new ProductQuery { Text = "seat" }, March)).Products).Id);
        Assert.Empty((await products.PageAsync(new ProductQuery { Text = "'; drop table products; --" }, March)).Products);
        Assert.Equal(("b2", "Blue chair"), Assert.Single(await products.SuggestAsync("chair", 5)));
        Assert.Equal(2, (await products.PageAsync(new ProductQuery { After = "not a place" }, March)).Products.Count);
    }
}
