using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>The store is exchanged under everybody's hands: nothing is lost, nobody fails, and who holds on is not pushed.</summary>
public class CompactionTests
{
    private static Compaction Compaction(TestStore store) => store.Services.GetRequiredService<Compaction>();

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task Events_that_arrive_meanwhile_are_all_there(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        using var done = new CancellationTokenSource();
        var acknowledged = 0L;
        var writing = Task.Run(async () =>
        {
            for (var n = 0; !done.IsCancellationRequested; n++) acknowledged += (await store.Writer.AppendAsync([.. Enumerable.Range(0, 50).Select(i => Make.Event($"{n}-{i}", user: $"u{i}"))])).Stored;
        });
        var reading = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                Assert.Equal(0, await store.Database.ScalarAsync<long>("select (select count(*) from events) - (select cast(coalesce(sum(events), 0) as bigint) from profiles)"));
        });
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(50);
            Assert.True(await Compaction(store).RunAsync());
        }
        await done.CancelAsync();
        await Task.WhenAll(writing, reading);
        Assert.True(acknowledged > 0);
        Assert.Equal(acknowledged, await store.Database.ScalarAsync<long>("select count(*) from events"));
        await store.RestartAsync();
        Assert.Equal(acknowledged, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }

    [Fact]
    public async Task A_reader_who_stays_long_keeps_the_old_file_until_another_time()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        await store.Writer.AppendAsync([Make.Event("1")]);
        var source = store.Services.GetRequiredService<IConnectionSource>();
        await using (var held = await source.OpenAsync(CancellationToken.None))
            Assert.False(await Compaction(store).RunAsync());
        Assert.Equal([Path.Combine(store.Folder, "behavior.duckdb")], Directory.GetFiles(store.Folder, "behavior.duckdb*").Where(f => !f.EndsWith(".wal", StringComparison.Ordinal)));
        await store.Writer.AppendAsync([Make.Event("2")]);
        Assert.True(await Compaction(store).RunAsync());
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }

    [Fact]
    public async Task A_copy_left_behind_by_a_killed_process_is_removed()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        await store.Writer.AppendAsync([Make.Event("1")]);
        var left = Path.Combine(store.Folder, "behavior.duckdb.copy");
        await File.WriteAllTextAsync(left, "half a copy");
        await store.RestartAsync();
        Assert.False(File.Exists(left));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }
}
