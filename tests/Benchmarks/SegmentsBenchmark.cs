using System.Diagnostics;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Benchmarks;

/// <summary>A preview against the same question written by hand, and many segments kept fresh under a steady load.</summary>
internal static class SegmentsBenchmark
{
    private const string FillEvents = """
        insert into events (message_id, received_at, occurred_at, user_id, type, name, product_id, category, revenue, source_id)
        select 'b' || g, t, t, 'u' || cast(floor(power(random(), 2.2) * cast(@People as double precision)) as bigint), 'track',
            case when g % 50 = 0 then 'Order Completed' when g % 10 = 0 then 'Product Added' else 'Product Viewed' end, 'p' || (g % 5000), 'c' || (g % 40),
            case when g % 50 = 0 then cast(10 + g % 90 as decimal(18, 4)) end, 'bench'
        from (select g, @Now - interval '1 second' * cast(floor((@Events - g) * 15552000.0 / @Events) as integer) as t from generate_series(1, cast(@Events as bigint)) as s(g)) x
        """;

    private const string FillProfiles = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews,
            rating_sum, revenue, refunded, first_order_at, last_order_at)
        select user_id, true, min(occurred_at), max(occurred_at), count(*), 1, 0, count(*) filter (where name = 'Product Viewed'), 0, count(*) filter (where name = 'Product Added'), 0,
            count(*) filter (where name = 'Order Completed'), 0, 0, 0, 0, coalesce(sum(revenue), 0), 0,
            min(occurred_at) filter (where name = 'Order Completed'), max(occurred_at) filter (where name = 'Order Completed')
        from events group by user_id
        """;

    private const string ByHand = """
        with v as (select user_id from events where name = 'Product Viewed' and type = 'track' and category = 'c7' and occurred_at > @Since and occurred_at <= @Now group by user_id having count(*) >= 2)
        select count(*) filter (where viewed and few) as People, count(*) as Of, count(*) filter (where viewed) as Viewed, count(*) filter (where few) as Few
        from (select p.user_id in (select user_id from v) as viewed, p.orders <= 1 as few from profiles p) p
        """;

    /// <summary>The audience alone, without the size under each condition that the preview tells too.</summary>
    private const string CountByHand = """
        with v as (select user_id from events where name = 'Product Viewed' and type = 'track' and category = 'c7' and occurred_at > @Since and occurred_at <= @Now group by user_id having count(*) >= 2)
        select count(*) from profiles p where p.orders <= 1 and p.user_id in (select user_id from v)
        """;

    private sealed record Counts(long People, long Of, long Viewed, long Few);

    public static async Task<int> RunAsync(string[] args)
    {
        var (events, people) = (Setup.Option(args, "--events", 10_000_000), Setup.Option(args, "--people", 500_000));
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new SegmentsModule()], more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)));
        var now = DateTimeOffset.UtcNow;
        await store.Database.ExecuteAsync(FillEvents, new { Events = events, People = people, Now = now });
        await store.Database.ExecuteAsync(FillProfiles);
        Setup.Print($"store: {events:N0} events of {await store.Database.ScalarAsync<long>("select count(*) from profiles"):N0} people over 180 days");
        await PreviewAsync(store, now);
        await FreshAsync(store, people, Setup.Option(args, "--segments", 200), Setup.Option(args, "--seconds", 30), Setup.Option(args, "--rate", 5_000));
        return 0;
    }

    private static DidRule Views(int category, int times, int days) => new(EventNames.ProductViewed)
    {
        Value = times, When = Window.Within(days), Where = [new PropertyFilter("category", Matching.Is, [$"c{category}"])],
    };

    /// <summary>The same question as <see cref="ByHand"/>.</summary>
    private static readonly AllOf Preview = new([Views(7, 2, 30), new FeatureRule("orders", Comparison.AtMost, 1)]);

    private static async Task PreviewAsync(TestStore store, DateTimeOffset now)
    {
        var runner = store.Services.GetRequiredService<RuleRunner>();
        await using var scope = store.Services.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<SegmentService>();
        var (ours, hand, count, page) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var arguments = new { Since = now.AddDays(-30), Now = now };
        for (var i = 0; i < 25; i++)
        {
            var expected = (await Timed(hand, () => store.Database.FirstOrDefaultAsync<Counts>(ByHand, arguments)))!;
            await Timed(count, () => store.Database.ScalarAsync<long>(CountByHand, arguments));
            var size = await Timed(ours, () => runner.SizeAsync(Preview, now, _ => null));
            await Timed(page, () => service.PreviewAsync(Preview));
            if (new Counts(size.People, size.Of, size.Conditions[0], size.Conditions[1]) != expected) throw new InvalidOperationException($"{size.People} people, by hand {expected}.");
        }
        foreach (var times in new[] { ours, hand, count, page }) times.Sort();
        Setup.Print($"preview: p50 {ours[12]:N0} ms, p95 {ours[23]:N0} ms, with the size under each condition; by hand, with those too: p50 {hand[12]:N0} ms; ratio {ours[12] / hand[12]:N2} (bar 1.3)");
        Setup.Print($"by hand without those: p50 {count[12]:N0} ms; ratio {ours[12] / count[12]:N2}; all that the builder shows, sample and overlap too: p50 {page[12]:N0} ms, p95 {page[23]:N0} ms");

        static async Task<T> Timed<T>(List<double> times, Func<Task<T>> work)
        {
            var start = Stopwatch.GetTimestamp();
            var result = await work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            return result;
        }
    }

    private static async Task FreshAsync(TestStore store, int people, int count, int seconds, int rate)
    {
        await using var scope = store.Services.CreateAsyncScope();
        var (service, keeper) = (scope.ServiceProvider.GetRequiredService<SegmentService>(), store.Services.GetRequiredService<MembershipKeeper>());
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var rule = new AllOf([Views(i % 40, 1 + i % 3, i % 4 == 0 ? 7 : 30), new FeatureRule("orders", Comparison.AtLeast, i % 5)]);
            await service.SetStatusAsync((await service.CreateAsync(new SegmentDraft($"s{i}", "", rule))).Segment!, "active");
        }
        Setup.Print($"{count} segments made one by one, each computed whole: {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s, {(await service.AllAsync()).Sum(s => s.Size):N0} memberships");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var (random, sent) = (new Random(3), 0L);
        var load = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (!stop.IsCancellationRequested && await timer.WaitForNextTickAsync())
            {
                var at = DateTimeOffset.UtcNow;
                await store.Writer.AppendAsync([.. Enumerable.Range(0, rate / 10).Select(_ => new ShopEvent
                {
                    MessageId = $"l{sent++}", ReceivedAt = at, OccurredAt = at, Type = EventTypes.Track, Name = EventNames.ProductViewed, SourceId = "bench",
                    UserId = $"u{(int)(Math.Pow(random.NextDouble(), 2.2) * people)}", ProductId = $"p{random.Next(5_000)}", Category = $"c{random.Next(40)}",
                })]);
            }
        });
        var previews = Task.Run(async () =>
        {
            var (runner, took) = (store.Services.GetRequiredService<RuleRunner>(), new List<double>());
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(250);
                var began = Stopwatch.GetTimestamp();
                await runner.SizeAsync(Preview, DateTimeOffset.UtcNow, _ => null);
                took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            took.Sort();
            return took;
        });
        var passes = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(2_000);
            start = Stopwatch.GetTimestamp();
            await keeper.PassAsync();
            passes.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        await load;
        passes.Sort();
        var meanwhile = await previews;
        Setup.Print($"preview meanwhile: p50 {meanwhile[meanwhile.Count / 2]:N0} ms, p95 {meanwhile[(int)(meanwhile.Count * .95)]:N0} ms (bar p95 300 ms)");
        Setup.Print($"load: {sent / (double)seconds:N0} events/s for {seconds} s; a pass over {count} segments: p50 {passes[passes.Count / 2]:N2} s, longest {passes[^1]:N2} s; so members are at most {passes[^1] * 2 + 2:N1} s old");
    }
}
