using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LostDemand;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Forecasting;

/// <summary>A small shop whose demand is known.</summary>
internal sealed class DemandWorld : IAsyncDisposable
{
    private DemandWorld(TestStore store, FakeTimeProvider time) => (Store, Time) = (store, time);

    public TestStore Store { get; }

    public FakeTimeProvider Time { get; }

    /// <summary>Midnight of the shop's day.</summary>
    public static DateTimeOffset Midnight { get; } = new(2026, 3, 10, 0, 0, 0, TimeSpan.Zero);

    public T Get<T>() where T : notnull => Store.Services.GetRequiredService<T>();

    public static async Task<DemandWorld> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Make.Noon);
        var store = await TestStore.OpenAsync(engine, [new LearningModule(), new CatalogModule(), new ForecastingModule(), new InventoryModule(), new LostDemandModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.Utc)));
        return new DemandWorld(store, time);
    }

    /// <summary>Products to be sold, with the terms they are bought at.</summary>
    public async Task StockAsync(params (ProductFact Fact, double Lead, int Pack, int Minimum)[] products)
    {
        await Get<IProductCatalog>().UpsertAsync([.. products.Select(p => p.Fact)], "test", dryRun: false, default);
        Assert.Empty(await Get<SupplyCatalog>().SaveAsync([.. products.Select(p => new TermsChange(p.Fact.Id, LeadDays: p.Lead, LeadSpread: p.Lead / 5, PackSize: p.Pack, MinimumOrder: p.Minimum))]));
    }

    /// <summary>Weeks of sales, the same units on average in each.</summary>
    /// <param name="open">Whether the product could be bought in that week (0 is the oldest); what is not sold then is only looked at.</param>
    public Task SellAsync(string product, int weeks, double perWeek, int seed, Func<int, bool>? open = null, decimal price = 10m)
    {
        var random = new Random(seed);
        var events = new List<ShopEvent>();
        for (var week = 0; week < weeks; week++)
        {
            var start = Midnight.AddDays(-7 * (weeks - week));
            var isOpen = open?.Invoke(week) ?? true;
            for (var view = 0; view < 5; view++)
                events.Add(Make.Event($"{product}-v{week}-{view}", "Product Viewed", "u" + view, at: start.AddHours(view * 20), product: product, properties: isOpen ? """{"in_stock":true}""" : """{"in_stock":false}"""));
            if (!isOpen) continue;
            var units = Poisson(random, perWeek);
            for (var unit = 0; unit < units; unit++)
                events.Add(Make.Event($"{product}-s{week}-{unit}", "Order Completed", "u1", type: EventTypes.Item, product: product, quantity: 1, price: price, at: start.AddHours(random.NextDouble() * 167)));
        }
        return Store.Writer.AppendAsync(events);
    }

    public async Task ForecastAsync()
    {
        var training = Get<TrainingService>();
        await training.QueueAsync("demand");
        await training.RunOpenAsync();
        var job = (await training.JobsAsync())[0];
        Assert.True(job.Status == "done", $"{job.Status} {job.Reason}");
    }

    public static int Poisson(Random random, double mean)
    {
        var (limit, count, product) = (Math.Exp(-mean), 0, random.NextDouble());
        while (product > limit)
        {
            count++;
            product *= random.NextDouble();
        }
        return count;
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
