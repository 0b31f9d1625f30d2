using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>After an error the engine calls fatal, the store is closed and opened again without losing what was stored.</summary>
public class ReopeningTests
{
    [Fact]
    public async Task An_abandoned_store_is_opened_again_by_the_next_caller()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        await store.Writer.AppendAsync([Make.Event("1")]);
        store.Services.GetRequiredService<IConnectionSource>().Abandon();
        await store.Writer.AppendAsync([Make.Event("1"), Make.Event("2")]);
        Assert.Equal(2, await store.Database.ScalarAsync<long>("select count(*) from events"));
    }

    [Fact]
    public async Task While_somebody_still_holds_the_old_one_callers_are_told_to_come_back()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        var source = store.Services.GetRequiredService<IConnectionSource>();
        var held = await source.OpenAsync(CancellationToken.None);
        source.Abandon();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Database.ScalarAsync<long>("select 1"));
        await held.DisposeAsync();
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select 1"));
    }

    [Fact]
    public async Task A_server_plans_without_compiling_unless_the_connection_has_options_of_its_own()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await TestStore.OpenAsync(Engine.Postgres);
        Assert.Equal("off", await store.Database.ScalarAsync<string>("select current_setting('jit')"));
        await using var own = new PostgresConnections(store.Postgres + ";Options=-c statement_timeout=77000");
        Assert.Equal("on 77s", await new Database(own).ScalarAsync<string>("select current_setting('jit') || ' ' || current_setting('statement_timeout')"));
    }

    private sealed record Row(int Number, string Text);

    [Fact]
    public async Task A_server_whose_answer_breaks_off_in_the_middle_of_a_row_cannot_be_reached()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await TestStore.OpenAsync(Engine.Postgres);
        var settings = new NpgsqlConnectionStringBuilder(store.Postgres);
        using var line = new Line(settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", line.Port);
        await using var connections = new PostgresConnections(settings.ConnectionString);
        var database = new Database(connections);
        Assert.Single(await database.QueryAsync<Row>("select 1 as Number, 'x' as Text"));
        line.CutAfter = 1_000_000;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => database.QueryAsync<Row>("select 1 as Number, repeat('x', 50000000) as Text"));
        line.Join();
        Assert.Single(await database.QueryAsync<Row>("select 1 as Number, 'x' as Text"));
    }

    [Fact]
    public async Task A_second_opener_is_told_who_holds_the_folder()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-lock-").FullName;
        await using var product = await ProductProcess.StartAsync(folder);
        var second = await ProductProcess.RunAsync(folder, "--urls", "http://127.0.0.1:0");
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains("Is another BehaviorDashboard using this folder", second.Errors, StringComparison.Ordinal);
    }
}
