using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
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
    public async Task A_second_opener_is_told_who_holds_the_folder()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-lock-").FullName;
        await using var product = await ProductProcess.StartAsync(folder);
        var second = await ProductProcess.RunAsync(folder, "--urls", "http://127.0.0.1:0");
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains("Is another BehaviorDashboard using this folder", second.Errors, StringComparison.Ordinal);
    }
}
