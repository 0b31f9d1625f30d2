using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Catalog;

/// <summary>The list of products from summarised days is the list from the events, whatever comes and goes afterwards.</summary>
public class SummarisedProductsTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>Some days after the clocks of Berlin were put forward.</summary>
    private static readonly DateTimeOffset Now = new(2026, 4, 3, 15, 0, 0, TimeSpan.Zero);

    /// <summary>All of them, some by title, by category and by id.</summary>
    private static readonly string[] Texts = ["", "lamp", "c1", "p2"];

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    public static TheoryData<Engine, int> Runs => new() { { Engine.DuckDb, 1 }, { Engine.DuckDb, 2 }, { Engine.Postgres, 3 }, { Engine.Postgres, 4 } };

    private static async Task<TestStore> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Now);
        var store = await TestStore.OpenAsync(engine, [new CatalogModule(), new LiveMetricsModule()], time, s => s.AddSingleton(new ShopClock(time, Berlin)));
        // Some are never seen, and many that are seen are not in the catalogue.
        await store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([.. Enumerable.Range(10, 12).Select(i => new ProductFact($"p{i}", i % 3 == 0 ? "Same lamp" : $"Lamp {i}", i % 4 == 0 ? "c1" : null, Stock: i % 5 == 0 ? null : i % 4))], "test", dryRun: false, default);
        return store;
    }

    private static DayKeeper Keeper(TestStore store) => store.Services.GetRequiredService<DayKeeper>();

    private static Task<List<string>> ListAsync(TestStore store, TimeRange range) => ProductReference.AskAsync(store.Services.GetRequiredService<ProductService>(), store.Database, range, Texts);

    private static async Task SameAsync(TestStore store, TimeRange range) => Assert.Equal(await ProductReference.LinesAsync(store.Database, range, "USD", Texts), await ListAsync(store, range));

    private static ShopEvent Draw(Random random, int id)
    {
        string[] names = [EventNames.ProductViewed, EventNames.ProductViewed, EventNames.ProductAdded, EventNames.OrderCompleted, EventNames.OrderCompleted, EventNames.OrderRefunded, "Custom"];
        var (name, amount) = (names[random.Next(names.Length)], random.Next(1, 400));
        // Many near midnight in Berlin.
        var at = random.Next(3) == 0 ? new DateTimeOffset(2026, 3, 14, 22, 30, 0, TimeSpan.Zero).AddDays(random.Next(20)).AddMinutes(random.Next(120)) : Now.AddSeconds(-random.Next(21 * 86_400));
        var line = random.Next(2) == 0;
        return Make.Event($"m{id}{(line ? "#1" : "")}", name, user: random.Next(5) == 0 ? null : $"u{random.Next(6)}", at: at, received: Now, type: line ? EventTypes.Item : EventTypes.Track,
            product: random.Next(8) == 0 ? null : $"p{random.Next(16)}", quantity: random.Next(6) == 0 ? null : random.Next(4), price: random.Next(6) == 0 ? null : amount / 4m,
            currency: random.Next(5) switch { 0 => "EUR", 1 => "GBP", 2 => "USD", _ => null }, source: random.Next(6) == 0 ? "import:7" : "test", category: random.Next(4) == 0 ? null : $"c{random.Next(4)}");
    }

    [Theory, MemberData(nameof(Runs))]
    public async Task A_list_from_summaries_is_the_list_from_events(Engine engine, int seed)
    {
        var random = new Random(seed);
        await using var store = await OpenAsync(engine);
        var clock = store.Services.GetRequiredService<ShopClock>();
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 500).Select(i => Draw(random, i))]);
        for (var step = 1; step <= 12; step++)
        {
            if (step % 2 == 1) await Keeper(store).RunAsync();
            switch (random.Next(5))
            {
                case 0:
                    await store.Writer.ExclusiveAsync(s => s.EraseAsync([$"u{random.Next(6)}"], keepTotals: step % 2 == 0));
                    break;
                case 1:
                    await store.Writer.ExclusiveAsync(s => s.RemoveSourceAsync("import:7"));
                    break;
                case 2:
                    // A day in the middle whose mark is gone, as when something of it is being stored.
                    await store.Database.ExecuteAsync("update summarised_days set run = null, made_at = null where day = @Day", new { Day = clock.StartOf(clock.Today.AddDays(-random.Next(4, 14))) });
                    break;
                default:
                    await store.Writer.AppendAsync([.. Enumerable.Range(0, random.Next(1, 30)).Select(i => Draw(random, step * 1_000 + i))]);
                    break;
            }
            await SameAsync(store, TimeRange.Last(TimeSpan.FromHours(random.Next(20, 24 * 24)), Now.AddMinutes(-random.Next(5_000))));
            await SameAsync(store, clock.Days(clock.Today.AddDays(-random.Next(1, 24)), clock.Today.AddDays(-random.Next(1))));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_list_reads_no_event_of_a_summarised_day(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var random = new Random(11);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 500).Select(i => Draw(random, i))]);
        var range = store.Services.GetRequiredService<ShopClock>().Days(new DateOnly(2026, 3, 20), new DateOnly(2026, 4, 2));
        var before = await ListAsync(store, range);
        Assert.True(await Keeper(store).RunAsync() > 0);
        Assert.Equal(before, await ListAsync(store, range));
        // Behind the product's back, as nothing it does itself.
        await store.Database.ExecuteAsync("update events set quantity = 1000, name = 'Other', occurred_at = occurred_at + interval '1 second' where occurred_at >= @From and occurred_at < @To", new { range.From, range.To });
        Assert.Equal(before, await ListAsync(store, range));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Days_of_a_version_without_products_are_summarised_again(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var random = new Random(12);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 300).Select(i => Draw(random, i))]);
        var days = await Keeper(store).RunAsync();
        // As it was before the step.
        await store.Database.ExecuteAsync("drop table day_products; delete from schema_journal where slice = 'LiveMetrics' and number >= 2");
        await store.RestartAsync();
        await SameAsync(store, TimeRange.Last(TimeSpan.FromDays(15), Now));
        Assert.Equal(days, await Keeper(store).RunAsync());
        await SameAsync(store, TimeRange.Last(TimeSpan.FromDays(15), Now));
    }
}
