using System.Diagnostics;
using System.Text.Json;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Benchmarks;

/// <summary>What a new review costs beside a year of reviews: processor time of the whole process, not time on the wall.</summary>
internal static class ReviewsBenchmark
{
    private const string FillEvents = """
        insert into events (message_id, received_at, occurred_at, user_id, type, name, product_id, category, rating, properties, source_id)
        select 'r' || g, t, t, 'u' || (g % 50000), 'track', 'Product Reviewed', 'p' || (g % 2000), 'c' || (g % 40), 1 + (g * 7) % 5, '{}', 'bench'
        from (select g, @Now - interval '1 second' * cast(floor((@Reviews - g) * 31000000.0 / @Reviews) + 3600 as integer) as t from generate_series(1, cast(@Reviews as bigint)) as s(g)) x
        """;

    private const string FillReviews = """
        insert into reviews (review_id, user_id, product_id, category, occurred_at, received_at, rating, body, language, good, model, topics, alike)
        select message_id, user_id, product_id, category, occurred_at, received_at, cast(rating as double precision), 'The handle of number ' || message_id || ' is quite all right, I would say.', 'en', 0.8, 'starter', ' quality delivery ', null from events
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var (reviews, passes) = (Setup.Option(args, "--reviews", 200_000), Setup.Option(args, "--passes", 20));
        foreach (var engine in new[] { Engine.DuckDb, Engine.Postgres })
        {
            if (TestStore.Missing(engine) is { } missing) Setup.Print(missing);
            else await MeasureAsync(engine, reviews, passes);
        }
        return 0;
    }

    private static async Task MeasureAsync(Engine engine, int reviews, int passes)
    {
        await using var store = await TestStore.OpenAsync(engine, [new LearningModule(), new ReviewsModule(), new ProfilesModule(), new CatalogModule()], TimeProvider.System,
            s => s.AddSingleton<IAuditLog>(new NoAudit()).AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        var now = DateTimeOffset.UtcNow;
        await store.Database.ExecuteAsync(FillEvents, new { Reviews = reviews, Now = now });
        await store.Database.ExecuteAsync(FillReviews);
        var keeper = store.Services.GetRequiredService<ReviewKeeper>();
        var whole = await CpuAsync(() => keeper.PassAsync());
        var each = new List<double>();
        for (var i = 0; i < passes; i++)
        {
            var at = DateTimeOffset.UtcNow;
            await store.Writer.AppendAsync([new ShopEvent
            {
                MessageId = "new" + i, ReceivedAt = at, OccurredAt = at, Type = EventTypes.Track, Name = EventNames.ProductReviewed, SourceId = "bench", UserId = "u1", ProductId = "p" + i, Rating = 4,
                Properties = JsonSerializer.Serialize(new { review_body = "Fits well, arrived quickly." }),
            }]);
            each.Add(await CpuAsync(() => keeper.PassAsync()));
        }
        each.Sort();
        Setup.Print($"{engine}: {reviews:N0} reviews of a year; the first pass, over everything, {whole:N0} ms of processor time; with one new review p50 {each[passes / 2]:N0} ms, most {each[^1]:N0} ms");
    }

    private static async Task<double> CpuAsync(Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalMilliseconds;
    }
}
