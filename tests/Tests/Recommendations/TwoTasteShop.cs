using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BehaviorDashboard.Tests.Recommendations;

/// <summary>A shop in a store: half the people like tea, the others tools; one look in twelve is chance.</summary>
internal sealed class TwoTasteShop : IAsyncDisposable
{
    public const int Products = 40;

    private TwoTasteShop(TestStore store, FakeTimeProvider time) => (Store, Time) = (store, time);

    public TestStore Store { get; }

    public FakeTimeProvider Time { get; }

    public RecommendationService Service => Store.Services.GetRequiredService<RecommendationService>();

    public PolicyBook Book => Store.Services.GetRequiredService<PolicyBook>();

    public ModelRegistry Registry => Store.Services.GetRequiredService<ModelRegistry>();

    public static string Product(int number) => $"p{number:00}";

    public static bool IsTea(string product) => int.Parse(product[1..], System.Globalization.CultureInfo.InvariantCulture) < Products / 2;

    public static async Task<TwoTasteShop> OpenAsync(Engine engine, int people = 160)
    {
        var time = new FakeTimeProvider(Make.Noon);
        var store = await TestStore.OpenAsync(engine, [new ProfilesModule(), new LearningModule(), new LiveMetricsModule(), new CatalogModule(), new RecommendationsModule()], time,
            s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(p => new ShopClock(time, TimeZoneInfo.Utc)));
        var shop = new TwoTasteShop(store, time);
        await store.Services.GetRequiredService<IProductCatalog>().UpsertAsync([.. Enumerable.Range(0, Products).Select(n => Fact(n))], "test", false, default);
        if (people > 0) await store.Writer.AppendAsync([.. Enumerable.Range(0, people).SelectMany(p => Person(p, time.GetUtcNow()))]);
        return shop;
    }

    public static ProductFact Fact(int n, long stock = 100) =>
        new(Product(n), IsTea(Product(n)) ? $"Tea number {n}" : $"Hammer model {n}", IsTea(Product(n)) ? "Tea" : "Tools", n % 2 == 0 ? "Even" : "Odd", 10 + n % 5, 5, "USD", stock, null, $"https://shop.example/{Product(n)}");

    /// <summary>Ten looks over ninety days and an order of two now and then.</summary>
    private static IEnumerable<ShopEvent> Person(int person, DateTimeOffset now)
    {
        var random = new Random(person);
        var own = person % 2 * (Products / 2);
        var picks = Enumerable.Range(0, 10).Select(_ => random.NextDouble() < .08 ? random.Next(Products) : own + (int)(Products / 2 * random.NextDouble())).ToList();
        for (var n = 0; n < picks.Count; n++)
            yield return Make.Event($"v{person}-{n}", EventNames.ProductViewed, $"u{person}", product: Product(picks[n]), at: now.AddDays(-90 + 9 * n).AddMinutes(person % 600 - 601));
        if (person % 3 != 0) yield break;
        var at = now.AddDays(-20).AddMinutes(person);
        yield return Make.Event($"o{person}", EventNames.OrderCompleted, $"u{person}", order: $"o{person}", revenue: 20, at: at);
        foreach (var n in new[] { 0, 1 })
            yield return Make.Event($"o{person}#{n}", EventNames.OrderCompleted, $"u{person}", type: EventTypes.Item, order: $"o{person}", product: Product(own + n), price: 10, quantity: 1, at: at);
    }

    public async Task<ModelVersion?> TrainAsync()
    {
        var training = Store.Services.GetRequiredService<TrainingService>();
        await training.QueueAsync(RecommendationModel.Kind);
        await training.RunOpenAsync();
        return await Registry.ChampionAsync(RecommendationModel.Kind);
    }

    /// <summary>As at a start: people and visits from the store, then the shelf.</summary>
    public async Task LoadAsync()
    {
        await Store.Services.GetRequiredService<InterestKeeper>().LoadAsync(default);
        await Store.Services.GetRequiredService<ShelfKeeper>().RefreshAsync();
    }

    /// <summary>Events as they come in while the shop runs.</summary>
    public async Task HappensAsync(params ShopEvent[] events)
    {
        await Store.Writer.AppendAsync(events);
        Store.Services.GetRequiredService<InterestKeeper>().Fold();
    }

    public Task ViewsAsync(string? user, string? anonymous, params int[] products) => HappensAsync(
        [.. products.Select((p, n) => Make.Event($"now-{user}{anonymous}-{p}", EventNames.ProductViewed, user, anonymous, Time.GetUtcNow().AddSeconds(n), product: Product(p)))]);

    public async Task<IReadOnlyList<string>> ForYouAsync(string person, int limit = 8) => [.. (await Service.RecommendAsync(new RecommendationRequest(ListKinds.ForYou, person, Limit: limit))).Items.Select(i => i.ProductId)];

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
