using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Testing;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.LiveMetrics;

/// <summary>The live windows against SQL over the raw events: late, out-of-order and repeated events, sign-ins and restarts included.</summary>
public class LiveWindowsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = [EventNames.ProductViewed, EventNames.ProductAdded, EventNames.CheckoutStarted, EventNames.OrderCompleted, EventNames.OrderRefunded, EventNames.ProductsSearched, EventNames.RevenueAdjusted, "Custom"];

    /// <summary>Number of a user whose name is not sent.</summary>
    private const int Nobody = 6;

    private sealed record Drawn(int Id, int User, bool Anonymous, bool Both, int Name, int AgeSeconds, int Session, int Amount, bool Foreign, bool Line);

    private static readonly Gen<Drawn> AnEvent = Gen.Select(
        Gen.Int[1, 400], Gen.Int[1, 6], Gen.Bool, Gen.Int[0, 9], Gen.Int[0, Names.Length - 1], Gen.OneOf(Gen.Int[-300, 600], Gen.Int[0, 8_000], Gen.Int[0, 200_000]), Gen.Int[0, 8], Gen.Int[1, 500],
        (id, user, anonymous, both, name, age, session, amount) => new Drawn(id, user, anonymous, both == 0, name, age, session, amount, amount % 17 == 0, amount % 3 == 0));

    private static ShopEvent Make(Drawn d, DateTimeOffset now) => Testing.Make.Event($"m{d.Id}", Names[d.Name], user: (d.Anonymous && !d.Both) || d.User == Nobody ? null : $"u{d.User}", anonymous: d.Anonymous || d.Both ? $"a{d.User}" : null,
        at: now.AddSeconds(-d.AgeSeconds), type: d.Line && Names[d.Name] == EventNames.OrderCompleted ? EventTypes.Item : EventTypes.Track,
        revenue: d.Line ? null : Names[d.Name] == EventNames.OrderRefunded ? -d.Amount : d.Amount, product: $"p{d.Amount % 5}", quantity: 1 + d.Amount % 3, price: d.Amount / 4m,
        session: d.Session == 0 ? null : $"s{d.Session}-{d.User}", currency: d.Foreign ? "EUR" : null, properties: d.Amount % 2 == 0 ? """{"results":0}""" : """{"results":3}""", query: $"q{d.Amount % 4}");

    [Fact]
    public async Task Live_windows_equal_SQL_over_the_raw_events()
    {
        var runs = 0;
        await AnEvent.List[1, 60].Array[1, 5].SampleAsync(async commits =>
        {
            runs++;
            await CompareAsync(commits);
        }, iter: 12);
        Assert.Equal(12, runs);
    }

    [Fact]
    public async Task An_event_stamped_ahead_of_the_clock_counts_when_its_time_comes()
    {
        var time = new FakeTimeProvider(Start);
        await using var store = await OpenAsync(time);
        var feed = await FollowAsync(store);
        await store.Writer.AppendAsync([Testing.Make.Event("soon", EventNames.OrderCompleted, at: Start.AddSeconds(8), revenue: 20m), Testing.Make.Event("later", EventNames.OrderCompleted, at: Start.AddHours(3), revenue: 30m)]);
        await SameAsync(store, feed, time);
        time.Advance(TimeSpan.FromSeconds(10));
        await SameAsync(store, feed, time);
        Assert.Equal(20m, feed.Snapshot().Windows["5m"].Now.Revenue);
        time.Advance(TimeSpan.FromHours(3));
        await SameAsync(store, feed, time);
        Assert.Equal(50m, feed.Snapshot().Windows["24h"].Now.Revenue);
    }

    [Fact]
    public async Task A_commit_read_back_before_it_was_told_counts_once()
    {
        var time = new FakeTimeProvider(Start);
        await using var store = await OpenAsync(time);
        var order = Testing.Make.Event("o", EventNames.OrderCompleted, at: Start, revenue: 20m);
        await store.Writer.AppendAsync([order]);
        // Started afterwards, the feed reads the order back; then the writer's word of it arrives.
        await store.RestartAsync();
        var feed = await FollowAsync(store);
        await SameAsync(store, feed, time);
        ((ICommittedEvents)feed).OnCommitted(new CommittedBatch([order], []));
        await store.Writer.AppendAsync([Testing.Make.Event("next", EventNames.OrderCompleted, at: Start, revenue: 5m)]);
        await SameAsync(store, feed, time);
        Assert.Equal(25m, feed.Snapshot().Windows["1h"].Now.Revenue);
    }

    [Fact]
    public async Task A_clock_set_back_does_not_stop_the_windows()
    {
        var time = new FakeTimeProvider(Start);
        var clock = new CorrectedClock(time);
        await using var store = await TestStore.OpenAsync(Engine.DuckDb, [new CatalogModule(), new LiveMetricsModule()], clock, s => s.AddSingleton(p => new ShopClock(clock, TimeZoneInfo.Utc)));
        var feed = await FollowAsync(store);
        await store.Writer.AppendAsync([Testing.Make.Event("early", EventNames.OrderCompleted, at: Start.AddMinutes(-20), revenue: 7m)]);
        await SameAsync(store, feed, time);
        Assert.Equal(0m, feed.Snapshot().Windows["5m"].Now.Revenue);
        clock.Correction = TimeSpan.FromMinutes(-18);
        await SameAsync(store, feed, time, () => feed.Snapshot().Windows["5m"].Now.Revenue == 7m);
    }

    /// <summary>A clock that can be set back, as a time server does; its timers go on.</summary>
    private sealed class CorrectedClock(FakeTimeProvider time) : TimeProvider
    {
        public TimeSpan Correction { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Correction;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }

    private static Task<TestStore> OpenAsync(FakeTimeProvider time) =>
        TestStore.OpenAsync(Engine.DuckDb, [new CatalogModule(), new LiveMetricsModule()], time, s => s.AddSingleton(p => new ShopClock(time, TimeZoneInfo.Utc)));

    private static async Task CompareAsync(List<Drawn>[] commits)
    {
        var time = new FakeTimeProvider(Start);
        await using var store = await OpenAsync(time);
        var feed = await FollowAsync(store);
        var number = 0;
        foreach (var commit in commits)
        {
            await store.Writer.AppendAsync([.. commit.Select(d => Make(d, time.GetUtcNow()))]);
            time.Advance(TimeSpan.FromSeconds(37 * ++number));
            await SameAsync(store, feed, time);
        }
        await feed.StopAsync(CancellationToken.None);
        await store.RestartAsync();
        await SameAsync(store, await FollowAsync(store), time);
        time.Advance(TimeSpan.FromHours(25));
        await SameAsync(store, store.Services.GetRequiredService<LiveFeed>(), time);
    }

    private static async Task<LiveFeed> FollowAsync(TestStore store)
    {
        var feed = store.Services.GetRequiredService<LiveFeed>();
        await ((IHostedService)feed).StartAsync(CancellationToken.None);
        return feed;
    }

    private static async Task SameAsync(TestStore store, LiveFeed feed, FakeTimeProvider time, Func<bool>? until = null)
    {
        var kpis = store.Services.GetRequiredService<KpiService>();
        string problem = "";
        // The fold follows the commit on a thread of its own: give it a moment, never a pass.
        for (var attempt = 0; attempt < 100; attempt++)
        {
            time.Advance(TimeSpan.FromMilliseconds(250));
            problem = await DifferenceAsync(feed.Snapshot(), kpis);
            if (problem.Length == 0 && until?.Invoke() != false) return;
            await Task.Delay(20);
        }
        Assert.Fail(problem.Length > 0 ? problem : "live equals SQL, but not over the range of now");
    }

    private static async Task<string> DifferenceAsync(LiveSnapshot snapshot, KpiService kpis)
    {
        if (snapshot.CatchingUp) return "still catching up";
        foreach (var (key, window) in snapshot.Windows)
        {
            var now = new TimeRange(window.From, window.To);
            var report = await kpis.ReportAsync(now, compare: true);
            if (report.Now != window.Now) return $"{key}: live {window.Now}\n sql {report.Now}";
            if (report.Before != window.Before) return $"{key} before: live {window.Before}\n sql {report.Before}";
            if (!report.Products.SequenceEqual(window.Products)) return $"{key} products: {string.Join(", ", window.Products)}\n sql {string.Join(", ", report.Products)}";
            if (!report.UnmetSearches.SequenceEqual(window.UnmetSearches)) return $"{key} searches";
        }
        return "";
    }
}
