using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>
/// How a store is spread over servers by Citus, as far as it can be tried without: every table has a place, and what is distributed
/// by person can be. How pages are answered then: <see cref="SpreadTests"/>.
/// </summary>
public class DistributionTests
{
    private static async Task<TestStore> OpenAsync()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        return await Road.OpenAsync();
    }

    [Fact]
    public async Task Every_table_has_a_place_and_what_lies_by_person_can()
    {
        await using var store = await OpenAsync();
        var distribution = store.Services.GetRequiredService<Distribution>();
        var plan = await distribution.PlanAsync();
        // Whoever adds a table decides here whether it is large and a person's.
        Assert.Empty(plan.Obstacles);
        var people = Placements.All.Where(p => p.Value == Placement.ByPerson).Select(p => p.Key).ToHashSet();
        Assert.DoesNotContain(await distribution.UniqueKeysAsync(), k => people.Contains(k.Table) && !k.HasKey);
        foreach (var (table, place) in Placements.All.Where(p => p.Value != Placement.Coordinator))
            Assert.Single(plan.Statements, s => s.Contains($"_table('{table}'", StringComparison.Ordinal));
        Assert.Equal(people.Count + 1, plan.Statements.Count(s => s.Contains("create_distributed_table", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_table_nobody_decided_on_stops_it()
    {
        await using var store = await OpenAsync();
        await store.Database.ExecuteAsync("create table forgotten (user_id text)");
        Assert.Contains((await store.Services.GetRequiredService<Distribution>().PlanAsync()).Obstacles, o => o.StartsWith("forgotten has no place", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_Citus_the_command_shows_what_it_would_do_and_refuses()
    {
        await using var store = await OpenAsync();
        await store.Writer.AppendAsync([Make.Event("nobody-1", user: null)]);
        var (output, errors) = (new StringWriter(), new StringWriter());
        var command = new StoreCommand(store.Database, store.Services.GetRequiredService<Distribution>());
        Assert.Equal(1, await command.RunAsync(["distribute", "--execute"], output, errors, default));
        if (!await store.Services.GetRequiredService<Distribution>().HasCitusAsync(default)) Assert.Contains("has no Citus", errors.ToString(), StringComparison.Ordinal);
        // What else stands in the way is told at once.
        await store.Database.ExecuteAsync("alter table events alter column user_id drop not null; create function f() returns trigger language plpgsql as 'begin return null; end'; create trigger t after insert on events execute function f()");
        Assert.Equal(1, await command.RunAsync(["distribute"], output, errors, default));
        Assert.Contains("events is watched by triggers", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("events may hold rows without user_id", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("select create_distributed_table('events', 'user_id', colocate_with => 'profiles');", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await command.RunAsync([], output, errors, default));
    }

    [Fact]
    public async Task An_embedded_store_is_not_spread()
    {
        await using var store = await TestStore.OpenAsync(Engine.DuckDb);
        var errors = new StringWriter();
        Assert.Equal(1, await new StoreCommand(store.Database, store.Services.GetRequiredService<Distribution>()).RunAsync(["distribute"], TextWriter.Null, errors, default));
        Assert.Contains("migrate-store", errors.ToString(), StringComparison.Ordinal);
    }
}
