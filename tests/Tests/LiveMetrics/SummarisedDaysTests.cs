using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Imports;
using BehaviorDashboard.Ingest;
using BehaviorDashboard.Learning;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Privacy;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.LiveMetrics;

/// <summary>A report from summarised days is the report from the events, whatever comes, goes or turns out to be the same person afterwards.</summary>
public class SummarisedDaysTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>Some days after the clocks of Berlin were put forward.</summary>
    private static readonly DateTimeOffset Now = new(2026, 4, 3, 15, 0, 0, TimeSpan.Zero);

    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    public static TheoryData<Engine, int> Runs => new() { { Engine.DuckDb, 1 }, { Engine.DuckDb, 2 }, { Engine.DuckDb, 3 }, { Engine.Postgres, 4 }, { Engine.Postgres, 5 }, { Engine.Postgres, 6 } };

    public static TheoryData<Engine, string, int> HourRuns => new()
    {
        { Engine.DuckDb, "Asia/Kolkata", 1 }, { Engine.DuckDb, "Australia/Lord_Howe", 2 }, { Engine.DuckDb, "Europe/Berlin", 3 },
        { Engine.Postgres, "Asia/Kolkata", 4 }, { Engine.Postgres, "Australia/Lord_Howe", 5 }, { Engine.Postgres, "Europe/Berlin", 6 },
    };

    private static Task<TestStore> OpenAsync(Engine engine, TimeProvider time, Dictionary<string, string?>? settings = null, ICommitParticipant? last = null, TimeZoneInfo? zone = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return TestStore.OpenAsync(engine, [new QualityModule(), new IngestModule(), new ImportsModule(), new CatalogModule(), new LiveMetricsModule(), new ProfilesModule(), new LearningModule(), new PrivacyModule()], time,
            s =>
            {
                s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, zone ?? Berlin));
                if (last is not null) s.AddSingleton(last);
            }, settings);
    }

    private static DayKeeper Keeper(TestStore store) => store.Services.GetRequiredService<DayKeeper>();

    private static Task<long> MarksAsync(TestStore store) => store.Database.ScalarAsync<long>("select count(*) from summarised_days where made_at is not null");

    private static Task<long> HoursAsync(TestStore store) => store.Database.ScalarAsync<long>("select count(*) from summarised_days where made_at is not null and ends - day <= interval '1 hour'");

    private static async Task NothingOutlivesItsDayAsync(TestStore store)
    {
        foreach (var table in new[] { "day_visits", "day_counts", "day_ranks", "day_products" })
            Assert.Equal(0, await store.Database.ScalarAsync<long>($"select count(*) from {table} t where not exists (select 1 from summarised_days d where d.day = t.day)"));
    }

    private static async Task<List<string>> ReportAsync(TestStore store, TimeRange range) => KpiReference.Lines(await store.Services.GetRequiredService<KpiService>().ReportAsync(range, compare: true));

    private static async Task SameAsync(TestStore store, TimeRange range) =>
        Assert.Equal(await KpiReference.LinesAsync(store.Database, range, store.Services.GetRequiredService<ShopClock>(), "USD"), await ReportAsync(store, range));

    /// <summary>Of few people, sessions, products and currencies over three weeks, so that everything meets.</summary>
    private static ShopEvent Draw(Random random, int id, DateTimeOffset? then = null)
    {
        string[] names = [EventNames.ProductViewed, EventNames.ProductViewed, EventNames.ProductAdded, EventNames.CheckoutStarted, EventNames.OrderCompleted, EventNames.OrderRefunded, EventNames.ProductsSearched, EventNames.RevenueAdjusted, "Custom"];
        var (name, user, who, amount) = (names[random.Next(names.Length)], random.Next(8), random.Next(10), random.Next(1, 400));
        // Many near midnight in Berlin, so that sessions span it.
        var at = then ?? (random.Next(3) == 0 ? new DateTimeOffset(2026, 3, 14, 22, 30, 0, TimeSpan.Zero).AddDays(random.Next(20)).AddMinutes(random.Next(120)) : Now.AddSeconds(-random.Next(21 * 86_400)));
        var line = name == EventNames.OrderCompleted && random.Next(2) == 0;
        return Make.Event($"m{id}{(line ? "#1" : "")}", name, user: who is 0 or > 6 ? null : $"u{user}", anonymous: who == 0 ? null : who > 4 ? $"a{user}" : null, at: at, received: Now,
            type: line ? EventTypes.Item : random.Next(12) == 0 ? EventTypes.Page : EventTypes.Track, revenue: line || random.Next(5) == 0 ? null : name == EventNames.OrderRefunded ? -amount / 3m : amount / 7m,
            product: random.Next(5) == 0 ? null : $"p{random.Next(14)}", quantity: random.Next(4), price: amount / 4m, session: random.Next(4) == 0 ? null : $"s{random.Next(25)}",
            currency: random.Next(5) switch { 0 => "EUR", 1 => "GBP", 2 => "USD", _ => null }, query: random.Next(4) == 0 ? null : $"q{random.Next(13)}", properties: random.Next(2) == 0 ? """{"results":0}""" : """{"results":3}""",
            source: random.Next(6) == 0 ? "import:7" : "test", category: random.Next(4) == 0 ? null : $"c{random.Next(12)}");
    }

    private static async Task StepAsync(TestStore store, Random random, int step)
    {
        switch (random.Next(10))
        {
            case 0:
                // A login shows whose a device was all the time.
                await store.Writer.AppendAsync([Make.Event($"login{step}", user: $"u{random.Next(8)}", anonymous: $"a{random.Next(8)}", at: Now.AddHours(-random.Next(400)))]);
                break;
            case 1:
                await store.Writer.ExclusiveAsync(s => s.EraseAsync([$"u{random.Next(8)}", $"anon:a{random.Next(8)}"], keepTotals: step % 2 == 0));
                break;
            case 2:
                await store.Writer.ExclusiveAsync(s => s.RemoveSourceAsync("import:7"));
                break;
            case 3:
                await store.Writer.ExclusiveAsync(s => s.MergeAsync(new Merge($"merge{step}", $"u{random.Next(4)}", $"u{random.Next(4, 8)}", "test", "test", Now)));
                break;
            case 4:
                var id = await store.Database.ScalarAsync<string>("select id from merges where undone_at is null order by id limit 1");
                if (id is not null) await store.Writer.ExclusiveAsync(s => s.UnmergeAsync(id, "test", Now));
                break;
            case 5:
                await store.Writer.ExclusiveAsync(s => s.RemoveMessagesAsync([.. Enumerable.Range(0, 5).Select(_ => $"m{random.Next(40_000)}")]));
                break;
            default:
                await store.Writer.AppendAsync([.. Enumerable.Range(0, random.Next(1, 40)).Select(i => Draw(random, step * 1_000 + i))]);
                break;
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public async Task A_report_from_summaries_is_the_report_from_events(Engine engine, int seed)
    {
        var random = new Random(seed);
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now));
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 600).Select(i => Draw(random, i))]);
        long used = 0;
        for (var step = 1; step <= 25; step++)
        {
            if (step % 3 == 1) Assert.True(await Keeper(store).RunAsync() > 0 || await MarksAsync(store) > 0);
            await StepAsync(store, random, step);
            used += await MarksAsync(store);
            // Around noon, at midnight, of a few days and of all.
            var clock = store.Services.GetRequiredService<ShopClock>();
            await SameAsync(store, TimeRange.Last(TimeSpan.FromDays(random.Next(4, 24)), Now.AddMinutes(-random.Next(5_000))));
            await SameAsync(store, clock.Days(clock.Today.AddDays(-random.Next(1, 24)), clock.Today.AddDays(-random.Next(1))));
        }
        Assert.True(used > 25, "Hardly a day stayed summarised: nothing was tried.");
    }

    [Theory, MemberData(nameof(HourRuns))]
    public async Task A_report_from_hours_of_days_that_are_not_over_is_the_report_from_events(Engine engine, string zone, int seed)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider(Now);
        await using var store = await OpenAsync(engine, time, zone: TimeZoneInfo.FindSystemTimeZoneById(zone));
        var clock = store.Services.GetRequiredService<ShopClock>();
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 400).Select(i => Draw(random, i))]);
        long used = 0;
        for (var step = 1; step <= 20; step++)
        {
            // Three days and more: over the end of summer time on Lord Howe, where a day then has 24 hours and a half.
            time.Advance(TimeSpan.FromMinutes(random.Next(120, 400)));
            // Most of now, some late.
            await store.Writer.AppendAsync([.. Enumerable.Range(500, random.Next(1, 40)).Select(i => Draw(random, step * 1_000 + i, time.GetUtcNow().AddMinutes(-random.Next(random.Next(6) == 0 ? 2_000 : 120))))]);
            if (step % 4 != 0) await Keeper(store).RunAsync();
            if (step % 3 == 0) await StepAsync(store, random, step);
            await NothingOutlivesItsDayAsync(store);
            used += await HoursAsync(store);
            await SameAsync(store, TimeRange.Last(TimeSpan.FromDays(random.Next(4, 24)), time.GetUtcNow().AddMinutes(-random.Next(300))));
            await SameAsync(store, clock.Days(clock.Today.AddDays(-random.Next(4, 24)), clock.Today));
        }
        Assert.True(used > 100, "Hardly an hour stayed summarised: nothing was tried.");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Days_that_are_not_over_are_summarised_by_hours_until_a_day_takes_their_place(Engine engine)
    {
        var time = new SetClock { Now = Now };
        await using var store = await OpenAsync(engine, time);
        var random = new Random(13);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 400).Select(i => Draw(random, i)), .. Enumerable.Range(500, 200).Select(i => Draw(random, i, Now.AddMinutes(-random.Next(1_000))))]);
        var clock = store.Services.GetRequiredService<ShopClock>();
        var range = clock.Days(new DateOnly(2026, 3, 20), clock.Today);
        await Keeper(store).RunAsync();
        Assert.Equal(15, await HoursAsync(store));
        await SameAsync(store, range);
        // A late one takes the mark off its hour, and one that is on time off none.
        await store.Writer.AppendAsync([Make.Event("late", EventNames.OrderCompleted, user: "late", session: "s1", at: Now.AddHours(-4.5), revenue: 7m), Make.Event("now", user: "late", session: "s1", at: Now.AddHours(-1.5))]);
        Assert.Equal(14, await HoursAsync(store));
        await SameAsync(store, range);
        Assert.Equal(1, await Keeper(store).RunAsync());
        var before = await ReportAsync(store, range);
        // Behind the product's back, as nothing it does itself.
        await store.Database.ExecuteAsync("create table hidden as select * from events where occurred_at >= @From and occurred_at < @To; delete from events where occurred_at >= @From and occurred_at < @To", new { range.From, To = Now.AddHours(-2) });
        Assert.Equal(before.Where(l => !l.StartsWith("before", StringComparison.Ordinal)), (await ReportAsync(store, range)).Where(l => !l.StartsWith("before", StringComparison.Ordinal)));
        await store.Database.ExecuteAsync("insert into events select * from hidden");
        time.Now = Now.AddHours(14);
        Assert.Equal(1, await Keeper(store).RunAsync());
        Assert.Equal(0, await HoursAsync(store));
        await NothingOutlivesItsDayAsync(store);
        await SameAsync(store, range);
        // It stays where the clock is set back.
        time.Now = Now;
        Assert.Equal(0, await Keeper(store).RunAsync());
        // Of a claim that nothing follows: what lies under the day is not left under its first hour, where erasure would not find it.
        await store.Services.GetRequiredService<DayStore>().ClaimAsync(new TimeRange(clock.StartOf(clock.Today), clock.StartOf(clock.Today).AddHours(1)), clock.ZoneName);
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from day_visits where day = @Day", new { Day = clock.StartOf(clock.Today) }));
        await SameAsync(store, range);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Long_ranges_read_no_event_of_a_summarised_day(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now));
        var random = new Random(11);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 800).Select(i => Draw(random, i))]);
        var range = store.Services.GetRequiredService<ShopClock>().Days(new DateOnly(2026, 3, 20), new DateOnly(2026, 4, 2));
        var before = await ReportAsync(store, range);
        await Keeper(store).RunAsync();
        Assert.Equal(before, await ReportAsync(store, range));
        // Behind the product's back, as nothing it does itself.
        await store.Database.ExecuteAsync("delete from events where occurred_at >= @From and occurred_at < @To", new { range.From, range.To });
        Assert.Equal(before.Where(l => !l.StartsWith("before", StringComparison.Ordinal)), (await ReportAsync(store, range)).Where(l => !l.StartsWith("before", StringComparison.Ordinal)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_comes_late_shows_at_once_and_its_day_is_summarised_again(Engine engine)
    {
        var time = new FakeTimeProvider(Now);
        await using var store = await OpenAsync(engine, time);
        var (clock, kpis) = (store.Services.GetRequiredService<ShopClock>(), store.Services.GetRequiredService<KpiService>());
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 34).Select(i => Make.Event($"o{i}", EventNames.OrderCompleted, user: $"u{i % 5}", at: Now.AddDays(-i), revenue: 1m, session: $"s{i}"))]);
        // And the hours of today that ended two hours ago.
        Assert.Equal(clock.Today.DayNumber - new DateOnly(2026, 3, 1).DayNumber + 15, await Keeper(store).RunAsync());
        Assert.Equal(0, await Keeper(store).RunAsync());
        var range = clock.Days(new DateOnly(2026, 3, 5), clock.Today);
        var before = (await kpis.ValuesAsync(range)).Orders;
        // The last instant of a day the clocks of which were put forward, and the first of the next.
        var midnight = clock.StartOf(new DateOnly(2026, 3, 30));
        await store.Writer.AppendAsync([Make.Event("late1", EventNames.OrderCompleted, user: "late", at: midnight.AddTicks(-10), received: Now, revenue: 7m)]);
        Assert.Equal(before + 1, (await kpis.ValuesAsync(range)).Orders);
        await store.Writer.AppendAsync([Make.Event("late2", EventNames.OrderCompleted, user: "late", at: midnight, received: Now, revenue: 7m)]);
        Assert.Equal(before + 2, (await kpis.ValuesAsync(range)).Orders);
        Assert.Equal(2, await Keeper(store).RunAsync());
        await SameAsync(store, range);
        // The day of now is over, and another six hours.
        time.Advance(TimeSpan.FromHours(20));
        Assert.Equal(1, await Keeper(store).RunAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_event_of_a_summarised_day_shows_though_the_clock_was_set_back(Engine engine)
    {
        var time = new SetClock { Now = Now };
        await using var store = await OpenAsync(engine, time);
        await store.Writer.AppendAsync([Make.Event("first", at: Now.AddDays(-9))]);
        await Keeper(store).RunAsync();
        time.Now = Now.AddDays(-9);
        var range = TimeRange.Last(TimeSpan.FromDays(14), Now);
        await store.Writer.AppendAsync([Make.Event("second", at: Now.AddDays(-9))]);
        await SameAsync(store, range);
        await store.RestartAsync();
        await store.Writer.AppendAsync([Make.Event("third", at: Now.AddDays(-5))]);
        await SameAsync(store, range);
    }

    [Fact]
    public async Task An_event_of_an_hour_that_another_node_summarised_shows_though_the_clock_was_set_back()
    {
        var time = new SetClock { Now = Now };
        await using var store = await OpenAsync(Engine.Postgres, time);
        await using var other = await OpenAsync(Engine.DuckDb, time, new() { ["Storage:Postgres"] = store.Postgres });
        var range = TimeRange.Last(TimeSpan.FromDays(5), Now.AddHours(6));
        await other.Writer.AppendAsync([Make.Event("first", at: Now.AddHours(-3))]);
        Assert.True(await Keeper(store).RunAsync() > 0);
        time.Now = Now.AddHours(-10);
        await other.Writer.AppendAsync([Make.Event("second", at: time.Now)]);
        await SameAsync(store, range);
        // Set forward, while the other node had nothing to store, and back again.
        time.Now = Now.AddHours(5);
        Assert.True(await Keeper(store).RunAsync() > 0);
        (time.Now, time.Stopwatch) = (Now, TimeSpan.FromMinutes(1));
        await other.Writer.AppendAsync([Make.Event("third", at: Now)]);
        await SameAsync(store, range);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public TimeSpan Stopwatch { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => base.GetTimestamp() + Stopwatch.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond;
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_day_whose_event_comes_while_it_is_summarised_gets_no_mark(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now));
        var (days, clock) = (store.Services.GetRequiredService<DayStore>(), store.Services.GetRequiredService<ShopClock>());
        var day = clock.Days(new DateOnly(2026, 3, 20), new DateOnly(2026, 3, 20));
        await store.Writer.AppendAsync([Make.Event("first", at: day.From)]);
        var run = await days.ClaimAsync(day, clock.ZoneName);
        Assert.Equal(0, await MarksAsync(store));
        await store.Writer.AppendAsync([Make.Event("second", at: day.From.AddHours(1))]);
        Assert.False(await days.FillAsync(day, run, Now, default));
        Assert.Equal((0L, 0L), (await MarksAsync(store), await store.Database.ScalarAsync<long>("select count(*) from day_visits")));
        Assert.True(await days.FillAsync(day, await days.ClaimAsync(day, clock.ZoneName), Now, default));
        Assert.Equal(1, await MarksAsync(store));
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select cast(sum(events) as bigint) from day_counts"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_day_is_not_summarised_past_a_commit_that_is_still_under_way(Engine engine)
    {
        var held = new HeldCommit();
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now), last: held);
        // On a server it is another node's.
        await using var other = engine == Engine.DuckDb ? null : await OpenAsync(Engine.DuckDb, new FakeTimeProvider(Now), new() { ["Storage:Postgres"] = store.Postgres }, held);
        var (days, clock) = (store.Services.GetRequiredService<DayStore>(), store.Services.GetRequiredService<ShopClock>());
        var day = clock.Days(new DateOnly(2026, 3, 20), new DateOnly(2026, 3, 20));
        await store.Writer.AppendAsync([Make.Event("first", at: day.From)]);
        var commit = (other ?? store).Writer.AppendAsync([Make.Event("held", HeldCommit.Name, at: day.From.AddHours(1))]);
        await held.Entered.Task;
        // It has looked for marks, and found none. Whoever claims the day has to wait for it; who does not, gets the chance to miss it.
        var claim = days.ClaimAsync(day, clock.ZoneName);
        await Task.WhenAny(claim, Task.Delay(1_000, TestContext.Current.CancellationToken));
        if (claim.IsCompleted) await days.FillAsync(day, await claim, Now, default);
        held.Go.SetResult();
        await commit;
        if (await MarksAsync(store) == 0) Assert.True(await days.FillAsync(day, await claim, Now, default));
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select cast(sum(events) as bigint) from day_counts"));
    }

    /// <summary>Keeps the commit of one event open, after all others that write in it.</summary>
    private sealed class HeldCommit : ICommitParticipant
    {
        public const string Name = "Held";

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task WriteAsync(BehaviorDashboard.Storage.Session session, IReadOnlyList<ShopEvent> events)
        {
            if (!events.Any(e => e.Name == Name)) return;
            Entered.TrySetResult();
            await Go.Task;
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task No_mark_stands_that_misses_an_event_however_summaries_and_commits_meet(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now));
        // On a server another node stores as well.
        await using var other = engine == Engine.DuckDb ? null : await OpenAsync(Engine.DuckDb, new FakeTimeProvider(Now), new() { ["Storage:Postgres"] = store.Postgres });
        var clock = store.Services.GetRequiredService<ShopClock>();
        var random = new Random(5);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 300).Select(i => Draw(random, i))]);
        var keeping = Task.Run(async () =>
        {
            for (var runs = 0; runs < 4; runs++) await Keeper(store).RunAsync();
        });
        var storing = new[] { store, other ?? store }.Select((s, n) => Task.Run(async () =>
        {
            for (var i = 0; i < 20 || !keeping.IsCompleted; i++) await s.Writer.AppendAsync([Draw(new Random(n * 100 + i), (n + 1) * 100_000 + i)]);
        }));
        await Task.WhenAll([keeping, .. storing]);
        var range = clock.Days(new DateOnly(2026, 3, 10), clock.Today);
        await SameAsync(store, range);
        var missed = await store.Database.QueryAsync<string>("""
            select cast(d.day as text) from summarised_days d where made_at is not null and coalesce((select sum(c.events) from day_counts c where c.day = d.day), 0) <>
                (select count(*) from events e where e.occurred_at >= d.day and e.occurred_at < d.ends and e.type <> 'item')
            """);
        Assert.Empty(missed);
        await Keeper(store).RunAsync();
        Assert.Equal(clock.Today.DayNumber - new DateOnly(2026, 3, 1).DayNumber + 15, await MarksAsync(store));
        await SameAsync(store, range);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Days_of_another_time_zone_are_not_read_and_make_room(Engine engine)
    {
        var time = new FakeTimeProvider(Now);
        var zone = "Europe/Berlin";
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine, [new CatalogModule(), new LiveMetricsModule()], time, s => s.AddSingleton(_ => new ShopClock(time, TimeZoneInfo.FindSystemTimeZoneById(zone))));
        var random = new Random(3);
        await store.Writer.AppendAsync([.. Enumerable.Range(0, 400).Select(i => Draw(random, i))]);
        await Keeper(store).RunAsync();
        zone = "Asia/Kolkata";
        await store.RestartAsync();
        var range = TimeRange.Last(TimeSpan.FromDays(18), Now);
        await SameAsync(store, range);
        // Of a claim that nothing follows: erasure finds what lies under a day by the day.
        var day = store.Services.GetRequiredService<ShopClock>().Days(new DateOnly(2026, 3, 25), new DateOnly(2026, 3, 25));
        await store.Services.GetRequiredService<DayStore>().ClaimAsync(day, zone);
        await NothingOutlivesItsDayAsync(store);
        Assert.True(await Keeper(store).RunAsync() > 30);
        await SameAsync(store, range);
        Assert.Equal(await MarksAsync(store), await store.Database.ScalarAsync<long>("select count(*) from summarised_days where zone = 'Asia/Kolkata'"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Nobody_erased_or_past_their_days_stands_in_a_summary(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now), new() { ["Privacy:EventDays"] = "25" });
        var range = TimeRange.Last(TimeSpan.FromDays(40), Now);
        await store.Writer.AppendAsync([
            Make.Event("1", EventNames.ProductsSearched, user: "ada", at: Now.AddDays(-5), query: "ada's words", properties: """{"results":0}""", received: Now),
            Make.Event("2", EventNames.OrderCompleted, user: "ada", at: Now.AddDays(-5), revenue: 20m, order: "o1", received: Now), Make.Event("3", user: "bob", at: Now.AddDays(-5), received: Now),
            Make.Event("4", user: "cleo", at: Now.AddDays(-30), received: Now), Make.Event("5", EventNames.OrderCompleted, user: "cleo", at: Now.AddDays(-30), revenue: 5m, order: "o2", received: Now),
        ]);
        await Keeper(store).RunAsync();
        using var scope = store.Services.CreateScope();
        var erasure = scope.ServiceProvider.GetRequiredService<PersonErasure>();
        Assert.Contains((await erasure.CountAsync("ada"))!, r => r is { Kind: "summarised days", Count: 1 });
        await erasure.EraseAsync("ada");
        Assert.Equal(["bob", "cleo"], await store.Database.QueryAsync<string>("select distinct user_id from day_visits order by 1"));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from day_ranks where kind = 'search'"));
        await SameAsync(store, range);
        await store.Services.GetRequiredService<RetentionService>().RunAsync();
        Assert.Equal(["bob"], await store.Database.QueryAsync<string>("select distinct user_id from day_visits order by 1"));
        await SameAsync(store, range);
        Assert.Equal(2, await Keeper(store).RunAsync());
        Assert.Equal(["", "bob", "cleo"], await store.Database.QueryAsync<string>("select distinct user_id from day_visits order by 1"));
        await SameAsync(store, range);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_removal_is_asked_for_hours_and_keys_only_where_a_summarised_day_may_hold_them(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(Now));
        var stale = store.Services.GetRequiredService<StaleDays>();
        Task ChangeAsync(string rows) => store.Database.WriteAsync(async session =>
        {
            await stale.ChangeAsync(session, new ChangedEvents(session, rows, null));
            return true;
        });
        const string Today = "select cast('2026-04-03 12:00:00+00' as timestamptz) as occurred_at", Then = "select cast('2026-03-25 12:00:00+00' as timestamptz) as occurred_at";
        await store.Writer.AppendAsync([Make.Event("1", user: "ada", at: Now.AddDays(-9), received: Now), Make.Event("2", user: "bob", at: Now.AddDays(-9), received: Now)]);
        await ChangeAsync("there is no such question");
        await Keeper(store).RunAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => ChangeAsync("there is no such question"));
        // Without a column of keys.
        await ChangeAsync(Today);
        await Assert.ThrowsAnyAsync<Exception>(() => ChangeAsync(Then));
        await ChangeAsync($"{Then}, 'ada' as user_id");
        Assert.Equal(["bob"], await store.Database.QueryAsync<string>("select distinct user_id from day_visits"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_import_that_changes_orders_and_its_undo_show_at_once(Engine engine)
    {
        await using var store = await OpenAsync(engine, new FakeTimeProvider(new DateTimeOffset(2026, 1, 20, 12, 0, 0, TimeSpan.Zero)));
        var imports = store.Services.GetRequiredService<ImportService>();
        async Task<ImportReport> BringAsync(params string[] rows)
        {
            var file = Path.Combine(store.Folder, $"{Guid.NewGuid():N}.csv");
            await File.WriteAllTextAsync(file, Imports.ImportBench.UciHeader + string.Concat(rows));
            return await imports.RunAsync(new ImportRequest("uci-online-retail", [file]));
        }
        var first = await BringAsync(Imports.ImportBench.Uci("1", 10), Imports.ImportBench.Uci("2", 20));
        var range = new TimeRange(new DateTimeOffset(2026, 1, 1, 9, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 19, 9, 0, 0, TimeSpan.Zero));
        await Keeper(store).RunAsync();
        await SameAsync(store, range);
        var second = await BringAsync(Imports.ImportBench.Uci("1", 15), Imports.ImportBench.Uci("3", 30));
        await SameAsync(store, range);
        await Keeper(store).RunAsync();
        await SameAsync(store, range);
        await imports.UndoAsync(second.Id);
        await SameAsync(store, range);
        Assert.Equal(2, (await store.Services.GetRequiredService<KpiService>().ValuesAsync(range)).Orders);
        await Keeper(store).RunAsync();
        await imports.UndoAsync(first.Id);
        Assert.Equal(0, (await store.Services.GetRequiredService<KpiService>().ValuesAsync(range)).Events);
    }

    [Fact]
    public void Whoever_removes_events_or_puts_some_back_says_so()
    {
        // ExclusiveSession has them do it and tells what keeps something of events; nothing in a file of SQL runs beside a summary.
        string[] known = ["EventAppender.cs", "PostgresEventAppender.cs"];
        var writers = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => new[] { "delete from events ", "insert into events ", "update events " }.Any(File.ReadAllText(f).Contains)).Select(Path.GetFileName);
        Assert.Equal(known, writers.Order(StringComparer.Ordinal));
    }
}
