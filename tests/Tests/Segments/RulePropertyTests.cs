using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class RulePropertyTests
{
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    private sealed record Row(string Key, string? Traits);

    [Theory]
    [InlineData(Engine.DuckDb, 1)]
    [InlineData(Engine.DuckDb, 2)]
    [InlineData(Engine.DuckDb, 3)]
    [InlineData(Engine.Postgres, 4)]
    [InlineData(Engine.Postgres, 5)]
    public async Task Sql_finds_exactly_the_people_a_naive_reading_of_the_rule_finds(Engine engine, int seed)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        var world = new RandomWorld(seed);
        foreach (var batch in world.Events().Chunk(40)) await store.Writer.AppendAsync(batch, TestContext.Current.CancellationToken);
        var people = await PeopleAsync(store.Database);
        Rule[] others = [world.Rule(2), new AllOf([]), new AnyOf([])];
        Rule? Find(int id) => others.ElementAtOrDefault(id);
        others[0] = others[0].Walk().Any(r => r is SegmentRule) ? new FeatureRule("orders", Comparison.AtLeast, 1) : others[0];
        var runner = new RuleRunner(store.Database, Clock, Options.Create(new ShopOptions()), new Groupings([]));
        var naive = new NaiveRules(RandomWorld.AsOf, Clock, Find);
        var some = 0;
        for (var i = 0; i < 150; i++)
        {
            var rule = world.Rule();
            var expected = people.Where(p => naive.Holds(rule, p)).Select(p => p.Key).Order(StringComparer.Ordinal).ToList();
            var found = (await runner.PeopleAsync(rule, RandomWorld.AsOf, 1_000, Find, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal).ToList();
            Assert.True(expected.SequenceEqual(found), $"seed {seed}, rule {i}: {RuleJson.Write(rule)}\nnaive: {string.Join(' ', expected)}\nsql:   {string.Join(' ', found)}");
            var size = await runner.SizeAsync(rule, RandomWorld.AsOf, Find, TestContext.Current.CancellationToken);
            Assert.Equal(expected.Count, size.People);
            Assert.Equal(rule.Conditions().Select(c => (long)people.Count(p => naive.Holds(c, p))), size.Conditions);
            Assert.Equal(RuleJson.Write(rule), RuleJson.Write(RuleJson.Read(RuleJson.Write(rule), out _)!));
            Assert.DoesNotContain("children", RuleJson.Write(rule), StringComparison.Ordinal);
            if (found.Count > 0 && found.Count < people.Count) some++;
        }
        Assert.True(some > 40, $"Only {some} rules told people apart: the worlds are too plain to prove anything.");
    }

    /// <summary>People from the events alone: which keys are one person is all that is taken from the store.</summary>
    private static async Task<List<NaivePerson>> PeopleAsync(Database database)
    {
        var events = await database.QueryAsync<StoredEvent>("""
            select coalesce(i.user_id, e.user_id) as Person, e.message_id as MessageId, e.occurred_at as OccurredAt, e.type as Type, e.name as Name, e.product_id as ProductId, e.category as Category,
                e.price as Price, e.quantity as Quantity, e.revenue as Revenue, e.order_id as OrderId, cast(e.properties as text) as Properties
            from events e left join identities i on i.alias = e.user_id
            """);
        var traits = (await database.QueryAsync<Row>("select user_id as Key, cast(traits as text) as Traits from profiles")).ToDictionary(r => r.Key, r => r.Traits);
        return [.. events.GroupBy(e => e.Person).Select(g => new NaivePerson(g.Key, [.. g.Select(e => e.Event())], Traits(traits[g.Key])))];
    }

    private static Dictionary<string, string?> Traits(string? json)
    {
        if (json is null) return [];
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind != System.Text.Json.JsonValueKind.Null).ToDictionary(p => p.Name, p => (string?)p.Value.ToString());
    }

    private sealed record StoredEvent(string Person, string MessageId, DateTimeOffset OccurredAt, string Type, string Name, string? ProductId, string? Category, decimal? Price, int? Quantity, decimal? Revenue, string? OrderId, string? Properties)
    {
        public Events.ShopEvent Event() => new()
        {
            MessageId = MessageId, ReceivedAt = OccurredAt, OccurredAt = OccurredAt, Type = Type, Name = Name, SourceId = "", ProductId = ProductId, Category = Category,
            Price = Price, Quantity = Quantity, Revenue = Revenue, OrderId = OrderId, Properties = Properties,
        };
    }
}
