using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Segments;
using BehaviorDashboard.ServiceDesk;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>
/// What pages ask, where the tables of people lie in parts by the person, as Citus lays them over servers: what is asked of one person
/// touches only the parts of their keys, what is asked of all joins each part with its own. The answers stay what they were. The parts
/// are PostgreSQL's own (hash partitions), whose planner finds and joins parts under the conditions that Citus does; where the server has
/// Citus, it is asked as well.
/// </summary>
public sealed partial class SpreadTests
{
    private const int Parts = 4;

    private static string ToParts(string table) => $"""
        alter table {table} rename to {table}_whole;
        create table {table} (like {table}_whole including all) partition by hash (user_id);
        {string.Concat(Enumerable.Range(0, Parts).Select(i => $"create table {table}_part{i} partition of {table} for values with (modulus {Parts}, remainder {i});"))}
        insert into {table} select * from {table}_whole;
        drop table {table}_whole;
        analyze {table}
        """;

    [GeneratedRegex("^(?<table>[a-z_]+)_part(?<part>[0-9]+)$")]
    private static partial Regex PartName();

    [Fact]
    public async Task Pages_ask_each_part_for_its_own_and_the_answers_stay_the_same()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await OpenAsync("-c enable_partitionwise_join=on -c enable_partitionwise_aggregate=on -c auto_explain.log_analyze=on");
        foreach (var table in Placements.All.Where(p => p.Value == Placement.ByPerson).Select(p => p.Key))
            await store.Database.ExecuteAsync(ToParts(table));
        var own = (await store.Database.QueryAsync<int>(
            "select r from generate_series(0, @Parts - 1) r where exists (select 1 from unnest(@Keys) k where satisfies_hash_partition('profiles'::regclass, @Parts, r, k))",
            new { Parts, Keys = SqlList.Of(store.Keys) })).ToHashSet();
        Assert.InRange(own.Count, 1, Parts - 1);
        await JudgeAsync(store, (question, plan, name, faults) =>
        {
            var joins = new List<string>();
            var touched = Touched(plan.GetProperty("Plan"), joins);
            if (question.Kind == Kind.OfOne && !touched.IsSubsetOf(own)) faults.Add($"{name} asks parts {string.Join(',', touched)} and not only {string.Join(',', own)}");
            if (question.Kind != Kind.Gathered) faults.AddRange(joins.Select(j => $"{j} in {name}"));
            return touched.Count > 0;
        });
        // And the writer goes on: a message stored before is known, a new one is counted.
        Assert.Equal(1, (await store.Store.Writer.AppendAsync([Make.Event("v1", EventNames.ProductViewed, "u1"), Make.Event("new", EventNames.ProductViewed, "u1")])).Stored);
        Assert.Equal(7, await store.Database.ScalarAsync<long>("select product_views from profiles where user_id = 'u1'"));
    }

    [Fact]
    public async Task Citus_pushes_what_pages_ask_down_to_its_servers()
    {
        Assert.SkipWhen(TestStore.Missing(Engine.Postgres) is not null, TestStore.Missing(Engine.Postgres) ?? "");
        await using var store = await OpenAsync("");
        if (await store.Database.ScalarAsync<long>("select count(*) from pg_settings where name = 'shared_preload_libraries' and setting like '%citus%'") == 0)
        {
            TestContext.Current.AddWarning("This server has no Citus: nothing was distributed and no question was explained by it.");
            return;
        }
        await store.Database.ExecuteAsync("create extension if not exists citus");
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.True(await new StoreCommand(store.Database, store.Services.GetRequiredService<Distribution>()).RunAsync(["distribute", "--execute"], output, errors, default) == 0, errors.ToString());
        await JudgeAsync(store, (question, plan, name, faults) =>
        {
            var text = plan.GetRawText();
            if (TaskCount().Matches(text).Select(m => int.Parse(m.Groups["n"].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max() is var tasks && question.Kind == Kind.OfOne && tasks > store.Keys.Length)
                faults.Add($"{name} goes to {tasks} shards");
            if (question.Kind != Kind.Gathered && text.Contains("\"Subplans\"", StringComparison.Ordinal)) faults.Add($"{name} is not pushed down as a whole");
            return tasks > 0;
        });
    }

    [GeneratedRegex("\"Task Count\": (?<n>[0-9]+)")]
    private static partial Regex TaskCount();

    /// <summary>How a question may be answered.</summary>
    private enum Kind
    {
        /// <summary>Of one person: by the parts of their keys.</summary>
        OfOne,

        /// <summary>Of everybody: by each part from its own rows.</summary>
        OfAll,

        /// <summary>What people did is gathered first, because what they did under another key lies elsewhere, and handed to all parts.</summary>
        Gathered,
    }

    private sealed record Question(string Name, Kind Kind, Func<Task<object?>> Ask);

    /// <summary>A filled store with the questions that pages ask, and the answers before its tables were laid out.</summary>
    private sealed record Asked(TestStore Store, AsyncServiceScope Scope, ListenedConnections Told, string[] Keys, IReadOnlyList<(Question Question, string Answer)> Questions) : IAsyncDisposable
    {
        public Database Database => Store.Database;

        public IServiceProvider Services => Store.Services;

        public async ValueTask DisposeAsync()
        {
            await Scope.DisposeAsync();
            await Store.DisposeAsync();
        }
    }

    private static async Task<Asked> OpenAsync(string settings)
    {
        ListenedConnections? told = null;
        var store = await Road.OpenAsync(s => s.AddSingleton<IConnectionSource>(p => told = new ListenedConnections(p.GetRequiredService<IOptions<StorageOptions>>().Value.Postgres!, settings)));
        await FillAsync(store);
        var scope = store.Services.CreateAsyncScope();
        var (keys, questions) = await QuestionsAsync(scope.ServiceProvider);
        var answered = new List<(Question, string)>();
        foreach (var question in questions) answered.Add((question, JsonSerializer.Serialize(await question.Ask())));
        return new Asked(store, scope, told!, keys, answered);
    }

    /// <summary>Asks everything again.</summary>
    /// <param name="judge">Of the question, the plan of one of its statements, what to name it by, and where faults go: whether it read a table of people.</param>
    private static async Task JudgeAsync(Asked store, Func<Question, JsonElement, string, List<string>, bool> judge)
    {
        var faults = new List<string>();
        foreach (var (question, before) in store.Questions)
        {
            store.Told.Take();
            var answer = JsonSerializer.Serialize(await question.Ask());
            if (answer != before) faults.Add($"{question.Name}: {before} became {answer}");
            var read = store.Told.Take().Select(plan => judge(question, plan, $"{question.Name}: {plan.GetProperty("Query Text").GetString()}", faults)).ToList();
            if (!read.Contains(true)) faults.Add($"{question.Name} asked no table of people");
        }
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    /// <summary>The parts a plan reads, and its joins of one part with another.</summary>
    private static HashSet<int> Touched(JsonElement node, List<string> joins)
    {
        var touched = new HashSet<int>();
        if (node.TryGetProperty("Relation Name", out var relation) && PartName().Match(relation.GetString()!) is { Success: true } name && node.GetProperty("Actual Loops").GetDouble() > 0)
            touched.Add(int.Parse(name.Groups["part"].Value, CultureInfo.InvariantCulture));
        if (!node.TryGetProperty("Plans", out var plans)) return touched;
        var sides = new List<HashSet<int>>();
        foreach (var plan in plans.EnumerateArray())
        {
            var below = Touched(plan, joins);
            if (plan.GetProperty("Parent Relationship").GetString() is "Outer" or "Inner" && below.Count > 0) sides.Add(below);
            touched.UnionWith(below);
        }
        var type = node.GetProperty("Node Type").GetString();
        if (type is "Nested Loop" or "Hash Join" or "Merge Join" && sides.Count == 2 && !(sides[0].Count == 1 && sides[1].SetEquals(sides[0])))
            joins.Add($"{type} of parts {string.Join(',', sides[0])} with {string.Join(',', sides[1])}");
        return touched;
    }

    /// <returns>The keys of the person that some questions are about, and the questions.</returns>
    private static async Task<(string[] Keys, IReadOnlyList<Question> Questions)> QuestionsAsync(IServiceProvider services)
    {
        var (people, segments) = (services.GetRequiredService<PeopleService>(), services.GetRequiredService<SegmentService>());
        var rule = new AllOf([new DidRule("Product Viewed") { Value = 2, When = Window.Within(30) }, new FeatureRule("orders", BehaviorDashboard.Segments.Comparison.AtLeast, 1)]);
        var person = (await people.FindAsync("u7"))!;
        var identities = await people.IdentitiesAsync(person);
        string[] keys = [person.Key, .. identities.Select(i => i.Alias)];
        Assert.Equal(2, keys.Length);
        return (keys,
        [
            new("a person's timeline", Kind.OfOne, async () => await people.TimelineAsync(person, identities, null, 20)),
            new("a person's sets", Kind.OfOne, async () => await people.SetsOfAsync("u7")),
            new("a person's consents", Kind.OfOne, async () => await services.GetRequiredService<ConsentService>().OfAsync("u7")),
            new("a person's predictions", Kind.OfOne, async () => await services.GetRequiredService<PredictionService>().FindAsync("u7")),
            new("a person's campaigns", Kind.OfOne, async () => await services.GetRequiredService<CampaignService>().OfPersonAsync("u7")),
            new("why a person is in", Kind.OfOne, async () => await services.GetRequiredService<WhyService>().ExplainAsync(rule, "u7", Make.Noon)),
            new("a person's orders", Kind.OfOne, async () => await services.GetRequiredService<ShopFacts>().OrdersAsync("u7", 5)),
            new("the person behind a key", Kind.OfOne, async () => await people.FindAsync("anon:a7")),
            .. PeopleQuery.Sorts.Select(sort => new Question($"people by {sort}", Kind.OfAll, async () => await people.PageAsync(new PeopleQuery { Sort = sort }))),
            new("people who allow a purpose", Kind.Gathered, async () => await people.PageAsync(new PeopleQuery { Consent = Purposes.Personalisation })),
            new("the number of people", Kind.OfAll, async () => await people.CountAsync(new PeopleQuery())),
            new("a search for people", Kind.OfAll, async () => await people.PageAsync(new PeopleQuery { Text = "u1" })),
            new("the members of a segment", Kind.OfAll, async () => await segments.MembersAsync(1, Make.Noon, "", 50)),
            new("who came and went", Kind.OfAll, async () => await segments.ChangesAsync(null, 50)),
            new("the people of a campaign", Kind.OfAll, async () => await services.GetRequiredService<CampaignService>().PeopleAsync(1)),
            new("people by their predictions", Kind.OfAll, async () => await services.GetRequiredService<PredictionService>().PageAsync(null, 50)),
            new("home", Kind.OfAll, async () => (await services.GetRequiredService<KpiService>().ReportAsync(new TimeRange(Make.Noon.AddDays(-20), Make.Noon), compare: true)).Now),
            new("the size of an audience by figures", Kind.OfAll, async () => await segments.SizeAsync(new FeatureRule("orders", BehaviorDashboard.Segments.Comparison.AtLeast, 1))),
            new("the size of an audience by what they did", Kind.Gathered, async () => await segments.SizeAsync(rule)),
            new("an audience with its sample", Kind.Gathered, async () => await segments.PreviewAsync(rule)),
            .. OutboxQuestions(services),
            .. ReviewQuestions(services),
            .. await DeskQuestionsAsync(services),
        ]);
    }

    private static async Task FillAsync(TestStore store)
    {
        var events = new List<ShopEvent>();
        for (var i = 0; i < 120; i++)
        {
            var at = Make.Noon.AddHours(-i * 4);
            events.Add(Make.Event($"v{i}", EventNames.ProductViewed, $"u{i % 40}", at: at, product: $"p{i % 9}"));
            events.Add(Make.Event($"w{i}", EventNames.ProductViewed, null, anonymous: $"a{i % 40}", at: at.AddMinutes(1), product: $"p{i % 7}"));
            if (i % 3 == 0) events.Add(Make.Event($"o{i}", EventNames.OrderCompleted, i % 30 == 0 ? null : $"u{i % 40}", at: at.AddMinutes(5), revenue: 10 + i, order: $"{i}", traits: null));
        }
        events.AddRange(Enumerable.Range(0, 40).Select(i => Make.Event($"i{i}", "Signed In", $"u{i}", anonymous: $"a{i}", at: Make.Noon, traits: $$"""{"email":"u{{i}}@shop.example"}""")));
        await store.Writer.AppendAsync(events);
        await FillOutboxAsync(store);
        await FillReviewsAsync(store);
        await FillDeskAsync(store);
        await store.Database.ExecuteAsync("analyze;");
    }
}
