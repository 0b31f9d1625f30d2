using System.Diagnostics;
using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>Readers and writers at once, and readers who lose patience.</summary>
public class ConcurrencyTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed record Sight(long Events, long Counted, decimal Revenue, decimal Summed);

    private static async Task<TestStore> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Who_reads_while_events_arrive_sees_whole_commits_only(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        using var done = new CancellationTokenSource();
        var sights = new List<Sight>();
        var reader = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                sights.Add((await store.Database.FirstOrDefaultAsync<Sight>("""
                    select (select count(*) from events) as Events, (select cast(coalesce(sum(events), 0) as bigint) from profiles) as Counted,
                        (select cast(coalesce(sum(revenue), 0) as decimal(18, 4)) from events) as Revenue, (select cast(coalesce(sum(revenue), 0) as decimal(18, 4)) from profiles) as Summed
                    """))!);
        });
        for (var commit = 0; commit < 60; commit++)
            await store.Writer.AppendAsync([.. Enumerable.Range(0, 100).Select(i => Make.Event($"{commit}-{i}", EventNames.OrderCompleted, user: $"u{i % 17}", revenue: 0.01m))]);
        await done.CancelAsync();
        await reader;
        Assert.NotEmpty(sights);
        Assert.All(sights, s => Assert.Equal((s.Counted, s.Summed, 0), (s.Events, s.Revenue, s.Events % 100)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_long_question_ends_when_nobody_waits_for_it(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<Exception>(() => store.Database.ScalarAsync<long>(
            "select cast(sum(a.x * b.x % 7) as bigint) from generate_series(1, 1000000) as a(x), generate_series(1, 1000000) as b(x)", cancel: patience.Token));
        // Left alone it takes hours.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select 1"));
        await store.Writer.AppendAsync([Make.Event("after")]);
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Many_who_write_one_row_all_get_through(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Database.ExecuteAsync("create table tally (id integer primary key, n integer not null)");
        const string Upsert = "insert into tally (id, n) values (1, 1) on conflict (id) do update set n = tally.n + 1";
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            // As a person at a page does, who presses again when told that somebody else was first.
            for (var i = 0; i < 25;)
            {
                try
                {
                    await store.Database.ExecuteAsync(Upsert);
                    i++;
                }
                catch (System.Data.Common.DbException problem) when (store.Database.Dialect.IsConflict(problem))
                {
                    await Task.Yield();
                }
            }
        })));
        Assert.Equal(100, await store.Database.ScalarAsync<int>("select n from tally"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_fails_half_way_changes_nothing(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await store.Database.ExecuteAsync("create table pair (id integer primary key, other integer)");
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("insert into pair values (1, null)");
            throw new InvalidOperationException("half way");
        }));
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from pair"));
        // Nothing equals nothing known, and nothing sorts last when it is told to.
        await store.Database.ExecuteAsync("insert into pair values (1, null), (2, 5), (3, 4)");
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from pair where other = cast(@None as integer)", new { None = (int?)null }));
        Assert.Equal([2, 3, 1], await store.Database.QueryAsync<int>("select id from pair order by other desc nulls last"));
    }
}
