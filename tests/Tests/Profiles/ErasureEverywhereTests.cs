using System.Reflection;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Quality;
using BehaviorDashboard.ServiceDesk;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Profiles;

/// <summary>
/// Erasure across the whole: every slice there is, every table that has a person, found by asking the store. A table that
/// somebody adds with a person in it is filled here by itself, and must be empty of them after the erasure.
/// </summary>
public class ErasureEverywhereTests
{
    private const string Ada = "user-4711";

    /// <summary>Names of columns that hold a person; a table with one of the last and none of the first is nobody's to erase.</summary>
    private static readonly string[] Keys = ["user_id"], Addresses = ["email", "recipient", "address", "phone", "given_id", "anonymous_id"];

    private sealed record Column(string TableName, string Name, string Type);

    private static Task<IReadOnlyList<Column>> ColumnsAsync(TestStore store) => store.Database.QueryAsync<Column>("""
        select c.table_name as TableName, c.column_name as Name, lower(c.data_type) as Type from information_schema.columns c
        join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema and t.table_type = 'BASE TABLE'
        where c.table_schema in ('public', 'main') and c.table_name not like 'events!_p%' escape '!' order by 1, c.ordinal_position
        """);

    private static async Task<TestStore> OpenAsync(Engine engine, TimeProvider? time = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        Assembly[] road = [typeof(LearningModule).Assembly, typeof(QualityModule).Assembly, typeof(ProfilesModule).Assembly, typeof(InventoryModule).Assembly, typeof(CampaignsModule).Assembly];
        var modules = road.SelectMany(a => a.GetExportedTypes()).Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IModule))).Select(t => (IModule)Activator.CreateInstance(t)!).ToArray();
        Assert.True(modules.Length >= 20, $"Only {modules.Length} slices were found.");
        return await TestStore.OpenAsync(engine, modules, time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time ?? TimeProvider.System, TimeZoneInfo.Utc)), new Dictionary<string, string?> { ["Demo:Enabled"] = "true" });
    }

    /// <summary>The person in every table that has one, beside somebody else; every free text holds their address.</summary>
    /// <returns>The tables that were filled here, beyond those that the product's own doors have filled.</returns>
    private static async Task<IReadOnlyList<string>> FillAsync(TestStore store)
    {
        await ErasureTests.FillAsync(store, Ada);
        var filled = new List<string>();
        await store.Database.ExecuteAsync("insert into import_replaced (key, replaced_by, owner, kind, hash, joined) values (@Key, 'i2', 'i1', 'customers', 1, false), ('customer:bob', 'i2', 'i1', 'customers', 1, false)", new { Key = "customer:" + Ada });
        // Two wrote without being signed in; one of them gave the address.
        var desk = store.Services.GetRequiredService<ConversationService>();
        foreach (var (id, user, words) in new[] { ("a", (string?)null, $"I am {ErasureTests.Email.ToUpperInvariant()}, where is my order?"), ("b", ErasureTests.Email, "Hello?"), ("c", null, "Is it dishwasher safe?") })
            Assert.True((await desk.ReceiveAsync(new InboundMessage("mail-" + id, "m-" + id, user, "email", null, words))).New);
        foreach (var table in (await ColumnsAsync(store)).GroupBy(c => c.TableName).Where(t => t.Any(c => Keys.Contains(c.Name))))
        {
            if (await store.Database.ScalarAsync<long>($"select count(*) from {table.Key} where user_id = @Ada", new { Ada }) > 0) continue;
            foreach (var (who, text, number) in new[] { (Ada, ErasureTests.Email, 101), ("bob", "bob@example.com", 102) })
                await store.Database.ExecuteAsync($"insert into {table.Key} ({string.Join(", ", table.Select(c => c.Name))}) values ({string.Join(", ", table.Select(c => Value(c, number)))})", new { Who = who, Text = text });
            filled.Add(table.Key);
        }
        return filled;
    }

    private static string Value(Column column, int number) => column switch
    {
        { Name: "user_id" } => "@Who",
        { Type: var type } when type.StartsWith("json", StringComparison.Ordinal) => "cast('{}' as json)",
        { Type: var type } when type.StartsWith("timestamp", StringComparison.Ordinal) => "now()",
        { Type: "date" } => "current_date",
        { Type: "boolean" } => "true",
        { Type: "text" or "varchar" or "character varying" } => "@Text",
        _ => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task No_table_of_any_slice_names_an_erased_person(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        var filled = await FillAsync(store);
        Assert.Superset(new HashSet<string> { "campaign_people", "campaign_mails", "campaign_suppressions", "cluster_members", "conversations", "conversation_messages", "import_replaced_events", "import_traits", "prediction_scores", "prediction_watch", "recommendation_exposures", "reviews" }, filled.ToHashSet());
        Assert.Superset(filled.ToHashSet(), (await ErasureTests.TablesWithAsync(store, Ada)).ToHashSet());
        var shared = await ErasureTests.TablesWithAsync(store, "bob");

        var stated = (await ErasureTests.Erasure(store).CountAsync(Ada))!;
        Assert.True(stated.Sum(r => r.Count) >= filled.Count);
        Assert.Equal(stated, await ErasureTests.Erasure(store).EraseAsync("anon:device-99"));

        foreach (var word in new[] { Ada, ErasureTests.Email, "device-99" }) Assert.Empty(await ErasureTests.TablesWithAsync(store, word));
        Assert.Equal(1, await store.Database.ScalarAsync<long>("select count(*) from conversation_messages where body = 'Is it dishwasher safe?'"));
        // What was said of the two together went with the one; everything else of the other stays.
        Assert.Equal(["merge_dismissals"], shared.Except(await ErasureTests.TablesWithAsync(store, "bob")));
    }

    [Fact]
    public async Task No_byte_on_the_disk_names_an_erased_person_after_the_compaction()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var store = await OpenAsync(Engine.DuckDb, time);
        var compaction = store.Services.GetRequiredService<Compaction>();
        await FillAsync(store);
        await store.Database.ExecuteAsync("force checkpoint");
        await compaction.RunIfDueAsync();
        await ErasureTests.Erasure(store).EraseAsync(Ada);
        Assert.NotEmpty(ErasureTests.FilesWith(store.Folder, ErasureTests.Email));
        await compaction.RunIfDueAsync();
        time.Advance(TimeSpan.FromMinutes(61));
        Assert.True(await compaction.RunIfDueAsync());
        foreach (var word in new[] { Ada, ErasureTests.Email, "device-99" }) Assert.Empty(ErasureTests.FilesWith(store.Folder, word));
    }

    [Theory, InlineData(Engine.DuckDb), InlineData(Engine.Postgres)]
    public async Task What_is_kept_of_a_person_is_handed_out_from_every_table(Engine engine)
    {
        await using var store = await OpenAsync(engine);
        await FillAsync(store);
        using var scope = store.Services.CreateScope();
        var handed = (await scope.ServiceProvider.GetRequiredService<PersonExport>().ReadAsync(Ada))!.Where(t => t.Rows.Count > 0).Select(t => t.Kind).ToHashSet();
        var counted = (await ErasureTests.Erasure(store).CountAsync(Ada))!.Where(r => r.Count > 0).Select(r => r.Kind).ToHashSet();
        Assert.Superset(counted, handed);
        Assert.Superset(new HashSet<string> { "import traits", "replaced rows", "reviews", "conversations", "campaign_mails", "predictions" }, handed);
    }

    [Fact]
    public async Task Who_is_named_only_by_an_address_is_named_beside_their_key()
    {
        await using var store = await OpenAsync(Engine.DuckDb);
        var tables = (await ColumnsAsync(store)).GroupBy(c => c.TableName, c => c.Name).ToDictionary(t => t.Key, t => t.ToList());
        Assert.DoesNotContain(tables, t => t.Value.Any(Addresses.Contains) && !t.Value.Any(Keys.Contains));
    }
}
