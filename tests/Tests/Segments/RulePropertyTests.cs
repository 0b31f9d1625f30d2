using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

public sealed class RulePropertyTests
{
    private static readonly ShopClock Clock = new(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

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
        var people = await NaivePeople.FromAsync(store.Database);
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
}
