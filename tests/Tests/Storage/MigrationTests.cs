using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>A store comes to the newest shape once, from whatever it was, or stays what it was.</summary>
public class MigrationTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed record Line(string File, DateTimeOffset AppliedAt);

    private const string Journal = "select slice || '/' || file as File, applied_at as AppliedAt from schema_journal order by 1";

    private static async Task<TestStore> OpenAsync(Engine engine, string? keepIn = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        return await TestStore.OpenAsync(engine, keepIn: keepIn);
    }

    private static Migrator With(TestStore store, params Migration[] migrations) => new(store.Database, migrations, TimeProvider.System);

    [Theory, MemberData(nameof(Engines))]
    public async Task Starting_again_changes_nothing(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var before = await store.Database.QueryAsync<Line>(Journal);
        Assert.Equal(0, await store.Services.GetRequiredService<Migrator>().MigrateAsync());
        await store.RestartAsync();
        Assert.Equal(before, await store.Database.QueryAsync<Line>(Journal));
        Assert.NotEmpty(before);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_older_store_gets_what_is_new_and_keeps_what_it_holds(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var first = new Migration("Trial", 1, "001_trial.sql", "create table trial (id integer primary key, name text not null); insert into trial values (1, 'kept');");
        Assert.Equal(1, await With(store, first).MigrateAsync());
        var second = new Migration("Trial", 2, "002_more.sql", """
            alter table trial add column size integer;
            --@postgres
            update trial set size = 15;
            --@duckdb
            update trial set size = 1;
            --@all
            """);
        Assert.Equal(1, await With(store, first, second).MigrateAsync());
        Assert.Equal("kept", await store.Database.ScalarAsync<string>("select name from trial where size = @Size", new { Size = engine == Engine.Postgres ? 15 : 1 }));
    }

    [Fact]
    public async Task A_change_that_older_servers_cannot_live_with_waits_until_they_are_stopped()
    {
        await using var store = await OpenAsync(Engine.Postgres);
        await store.Database.ExecuteAsync("insert into nodes (id, name, started_at, seen_at, ahead) values ('n', 'old-node', now(), now(), 0)");
        var alone = new Migration("Trial", 1, "001_trial.sql", "--@alone\ncreate table trial (id integer);");
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => With(store, alone).MigrateAsync());
        Assert.Contains("old-node", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from information_schema.tables where table_name = 'trial'"));
        await store.Database.ExecuteAsync("update nodes set seen_at = now() - interval '1 minute'");
        Assert.Equal(1, await With(store, alone).MigrateAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_file_that_fails_half_way_leaves_nothing_behind_and_runs_when_it_is_right(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var broken = new Migration("Trial", 1, "001_trial.sql", "create table trial (id integer); insert into trial values (1); insert into nowhere values (1);");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => With(store, broken).MigrateAsync());
        Assert.Equal(0, await store.Database.ScalarAsync<long>("select count(*) from information_schema.tables where table_name = 'trial'"));
        Assert.Equal(1, await With(store, broken with { Text = "create table trial (id integer); insert into trial values (2);" }).MigrateAsync());
        Assert.Equal(2, await store.Database.ScalarAsync<int>("select id from trial"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_file_edited_after_it_ran_stops_the_start(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var first = new Migration("Trial", 1, "001_trial.sql", "create table trial (id integer);");
        await With(store, first).MigrateAsync();
        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => With(store, first with { Text = "create table trial (id bigint);" }).MigrateAsync());
        Assert.Contains("Trial/001_trial.sql", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_start_at_once_on_one_server_do_not_trip_over_each_other()
    {
        await using var store = await OpenAsync(Engine.Postgres);
        var file = new Migration("Trial", 1, "001_trial.sql", "create table trial (id integer);");
        var ran = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => With(store, file).MigrateAsync()));
        Assert.Equal(1, ran.Sum());
    }
}
