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
        var figures = new TestFigures(store.Database);
        await figures.CreateAsync();
        var scored = new Dictionary<string, IReadOnlyDictionary<string, decimal?>>();
        foreach (var (person, i) in (await store.Database.QueryAsync<string>("select user_id from profiles order by user_id")).Select((p, i) => (p, i)).Where(x => x.i % 4 > 0))
        {
            scored[person] = new Dictionary<string, decimal?> { ["churn"] = i % 3 == 0 ? null : i, ["worth"] = i * 10 };
            await figures.ScoreAsync(person, 1, (double?)scored[person]["churn"], scored[person]["worth"]);
            await figures.ScoreAsync(person, 2, 1_000, 1_000);
        }
        var people = await NaivePeople.FromAsync(store.Database, p => scored.GetValueOrDefault(p) ?? new Dictionary<string, decimal?>());
        Rule[] others = [world.Rule(2), new AllOf([]), new AnyOf([])];
        Rule? Find(int id) => others.ElementAtOrDefault(id);
        others[0] = others[0].Walk().Any(r => r is SegmentRule) ? new FeatureRule("orders", Comparison.AtLeast, 1) : others[0];
        var runner = new RuleRunner(store.Database, Clock, Options.Create(new ShopOptions()), new Terms([], [figures]));
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
