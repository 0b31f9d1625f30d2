using System.Reflection;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>
/// How a store is spread over servers by Citus, as far as it can be tried without: every table has a place, and what is distributed
/// by person can be. Where the server has the extension, the plan is run and the questions are explained as well.
/// </summary>
public class DistributionTests
{
    private static async Task<TestStore> OpenAsync()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        Assembly[] road = [typeof(LearningModule).Assembly, typeof(QualityModule).Assembly, typeof(ProfilesModule).Assembly, typeof(InventoryModule).Assembly, typeof(CampaignsModule).Assembly];
        var modules = road.SelectMany(a => a.GetExportedTypes()).Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IModule))).Select(t => (IModule)Activator.CreateInstance(t)!).ToArray();
        return await TestStore.OpenAsync(Engine.Postgres, modules, more: s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(TimeProvider.System, TimeZoneInfo.Utc)), settings: new Dictionary<string, string?> { ["Demo:Enabled"] = "true" });
    }

    [Fact]
    public async Task Every_table_has_a_place_and_what_lies_by_person_can()
    {
        await using var store = await OpenAsync();
        var distribution = store.Services.GetRequiredService<Distribution>();
        var plan = await distribution.PlanAsync();
        // Whoever adds a table decides here whether it is large and a person's.
        Assert.DoesNotContain(plan.Obstacles, o => o.EndsWith("does not know it.", StringComparison.Ordinal));
        var people = Placements.All.Where(p => p.Value == Placement.ByPerson).Select(p => p.Key).ToHashSet();
        Assert.DoesNotContain(await distribution.UniqueKeysAsync(), k => people.Contains(k.Table) && !k.HasKey);
        Assert.Equal(["events"], (await distribution.NullableAsync()).Where(people.Contains));
        foreach (var (table, place) in Placements.All.Where(p => p.Value != Placement.Coordinator))
            Assert.Single(plan.Statements, s => s.Contains($"_table('{table}'", StringComparison.Ordinal));
        Assert.Equal(people.Count, plan.Statements.Count(s => s.Contains("create_distributed_table", StringComparison.Ordinal)));
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
        Assert.Contains("events is watched by triggers", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("events may hold rows of nobody (1 now)", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("select create_distributed_table('events', 'user_id', colocate_with => 'profiles');", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await command.RunAsync([], output, errors, default));
    }

    [Fact]
    public async Task Where_Citus_is_there_what_is_asked_of_a_person_goes_to_one_shard()
    {
        await using var store = await OpenAsync();
        if (await store.Database.ScalarAsync<long>("select count(*) from pg_available_extensions where name = 'citus'") == 0)
        {
            TestContext.Current.AddWarning("This server has no Citus: nothing was distributed and no question was explained.");
            return;
        }
        await store.Database.ExecuteAsync("create extension citus; alter table events alter column user_id set not null; drop trigger event_ids_add on events; drop trigger event_ids_remove on events");
        var distribution = store.Services.GetRequiredService<Distribution>();
        var plan = await distribution.PlanAsync();
        Assert.Empty(plan.Obstacles);
        await distribution.RunAsync(plan, default);
        foreach (var question in (string[])
        [
            "select count(*) from events where user_id = 'u1'", "select * from profiles p join events e on e.user_id = p.user_id where p.user_id = 'u1'",
            "select * from profiles p join consents c on c.user_id = p.user_id left join identities i on i.alias = c.user_id where p.user_id = 'u1'",
        ])
            Assert.Contains("Task Count: 1", string.Join('\n', await store.Database.QueryAsync<string>("explain " + question)), StringComparison.Ordinal);
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
