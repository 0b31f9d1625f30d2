using System.Diagnostics;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Recommendations;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Benchmarks;

/// <summary>The whole way from events to a list: training time and memory, and one request, alone and while models are exchanged.</summary>
internal static class RecommendBenchmark
{
    // Fifty tastes of a thousand products each; three looks in ten are at anything popular.
    private const string Fill = """
        insert into events (message_id, received_at, occurred_at, user_id, type, name, product_id, price, quantity, order_id, source_id)
        select 'b' || g, t, t, 'u' || person, case when g % 40 = 0 then 'item' else 'track' end,
            case when g % 40 = 0 then 'Order Completed' when g % 11 = 0 then 'Product Added' else 'Product Viewed' end,
            'p' || cast(case when chance < 0.7 then (person % 50) * (@Products / 50) + floor(power(spread, 2) * @Products / 50) else floor(power(spread, 2) * @Products) end as bigint),
            10, 1, case when g % 40 = 0 then 'o' || floor(g / 80.0) end, 'bench'
        from (select g, cast(floor(power(random(), 1.6) * @People) as bigint) as person, random() as chance, random() as spread,
            @Now - interval '1 second' * cast(floor((@Events - g) * 10368000.0 / @Events) as integer) as t from generate_series(1, cast(@Events as bigint)) as s(g)) x
        """;

    private const string FillProfiles = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews, rating_sum, revenue, refunded)
        select user_id, true, min(occurred_at), max(occurred_at), count(*), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 from events group by user_id
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var (people, products, events, requests) = (Setup.Option(args, "--people", 1_000_000), Setup.Option(args, "--products", 50_000), Setup.Option(args, "--events", 12_000_000), Setup.Option(args, "--requests", 4_000));
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new ProfilesModule(), new LearningModule(), new LiveMetricsModule(), new CatalogModule(), new RecommendationsModule()],
            more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        var services = store.Services;
        foreach (var chunk in Enumerable.Range(0, products).Chunk(10_000))
            await services.GetRequiredService<IProductCatalog>().UpsertAsync([.. chunk.Select(n => new ProductFact($"p{n}", $"Product {n % 997} of kind {n % 311} made of {n % 53}", $"c{n % 200}", $"brand{n % 120}", 10 + n % 40, 6 + n % 20, "USD", n % 60))], "bench", false, default);
        await store.Database.ExecuteAsync(Fill, new { Events = events, People = people, Products = products, Now = DateTimeOffset.UtcNow });
        await store.Database.ExecuteAsync(FillProfiles);
        Setup.Print($"store: {events:N0} events of {await store.Database.ScalarAsync<long>("select count(*) from profiles"):N0} people, {products:N0} products");

        var (training, registry) = (services.GetRequiredService<TrainingService>(), services.GetRequiredService<ModelRegistry>());
        var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await training.QueueAsync(RecommendationModel.Kind);
        await training.RunOpenAsync();
        if ((await training.JobsAsync())[0] is { Status: not "done" } job) throw new InvalidOperationException($"{job.Status}: {job.Reason}");
        var version = (await registry.ChampionAsync(RecommendationModel.Kind))!;
        var quality = version.ReadQuality();
        var content = (await registry.ContentAsync(version.Id))!;
        Setup.Print($"training, one quiet thread, read, chosen, judged and fitted twice: {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s, {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:N0} s of a core; peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:N2} GB; model {content.Length / 1e6:N0} MB; nDCG@10 {quality["nDCG@10"]:N4}, popularity {quality["popularity nDCG@10"]:N4}");

        start = Stopwatch.GetTimestamp();
        await services.GetRequiredService<InterestKeeper>().LoadAsync(default);
        var memory = services.GetRequiredService<PersonMemory>();
        Setup.Print($"interest of {memory.Count:N0} people into memory: {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s; {GC.GetTotalMemory(true) / 1e9:N2} GB held");
        start = Stopwatch.GetTimestamp();
        var shelves = services.GetRequiredService<ShelfKeeper>();
        await shelves.RefreshAsync();
        Setup.Print($"shelf of {shelves.Current.Count:N0} products: {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s");

        var service = services.GetRequiredService<RecommendationService>();
        await MeasureAsync(service, people, products, requests / 10);
        Setup.Print($"one recommendation, alone: {await MeasureAsync(service, people, products, requests)}");
        using var stop = new CancellationTokenSource();
        var (reloads, longest) = (0, 0.0);
        using var pauses = new Pauses();
        var reloading = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                shelves.Forget();
                await shelves.RefreshAsync();
                (reloads, longest) = (reloads + 1, Math.Max(longest, Stopwatch.GetElapsedTime(began).TotalSeconds));
            }
        });
        var meanwhile = await MeasureAsync(service, people, products, requests);
        await stop.CancelAsync();
        await reloading;
        Setup.Print($"garbage collector meanwhile: longest pause {pauses.Longest.TotalMilliseconds:N1} ms, {pauses.Collections} collections");
        Setup.Print($"one recommendation, while the model is read anew without a pause ({reloads} times, longest {longest:N1} s): {meanwhile}");
        return 0;
    }

    /// <summary>Lists of ten for people, with one in five that goes out from a product.</summary>
    private static async Task<string> MeasureAsync(RecommendationService service, int people, int products, int requests)
    {
        var (random, took) = (new Random(5), new double[requests]);
        for (var n = 0; n < requests; n++)
        {
            var request = n % 5 == 0 ? new RecommendationRequest(ListKinds.Similar, ProductId: $"p{random.Next(products)}") : new RecommendationRequest(ListKinds.ForYou, $"u{random.Next(people)}");
            var start = Stopwatch.GetTimestamp();
            var list = await service.RecommendAsync(request);
            took[n] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (list.Items.Count == 0) throw new InvalidOperationException("An empty list.");
        }
        Array.Sort(took);
        return $"p50 {took[requests / 2]:N2} ms, p99 {took[(int)(requests * .99)]:N2} ms, longest {took[^1]:N1} ms (bar p99 20 ms)";
    }

    /// <summary>Watches how long the collector stops everything.</summary>
    private sealed class Pauses : IDisposable
    {
        private readonly Timer _look;
        private readonly Lock _gate = new();
        private long _last = GC.GetGCMemoryInfo(GCKind.Any).Index;

        public Pauses() => _look = new Timer(_ => Look(), null, 2, 2);

        public TimeSpan Longest { get; private set; }

        public int Collections { get; private set; }

        public void Dispose() => _look.Dispose();

        private void Look()
        {
            lock (_gate)
                foreach (var kind in new[] { GCKind.Any, GCKind.Background, GCKind.FullBlocking })
                {
                    var info = GC.GetGCMemoryInfo(kind);
                    if (info.Index <= _last) continue;
                    (_last, Collections) = (info.Index, Collections + 1);
                    foreach (var pause in info.PauseDurations) if (pause > Longest) Longest = pause;
                }
        }
    }
}
