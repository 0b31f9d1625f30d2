using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>Why somebody is in or not: since when, because of what, and what would turn it.</summary>
public sealed class WhyTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static readonly DateTimeOffset Noon = Make.Noon;

    private sealed record World(TestStore Store, AsyncServiceScope Scope) : IAsyncDisposable
    {
        public async Task<WhyAnswer> ExplainAsync(Rule rule, string person, DateTimeOffset? asOf = null) =>
            await Scope.ServiceProvider.GetRequiredService<WhyService>().ExplainAsync(rule, person, asOf ?? Noon, TestContext.Current.CancellationToken);

        public async Task<ConditionAnswer> OneAsync(Rule rule, string person) => Assert.Single((await ExplainAsync(rule, person)).Conditions);

        public async ValueTask DisposeAsync()
        {
            await Scope.DisposeAsync();
            await Store.DisposeAsync();
        }
    }

    private static async Task<World> OpenAsync(Engine engine)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(Noon);
        var store = await TestStore.OpenAsync(engine, [new SegmentsModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(new ShopClock(time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"))));
        return new World(store, store.Services.CreateAsyncScope());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task An_order_short_of_three_says_how_many_are_missing_and_until_when(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([Order("a", Noon.AddDays(-23)), Order("b", Noon.AddDays(-2)), Order("old", Noon.AddDays(-40))]);
        var answer = await w.OneAsync(new DidRule("Order Completed") { Value = 3, When = Window.Within(30) }, "ann");
        Assert.Equal((false, "2", 2), (answer.Holds, answer.Actual, answer.EventCount));
        Assert.Equal(["b", "a"], answer.Events.Select(e => e.MessageId));
        Assert.Equal(new Change(ChangeKind.NeedsMore, 1, Noon.AddDays(7)), Assert.Single(answer.Changes));

        static Events.ShopEvent Order(string id, DateTimeOffset at) => Make.Event(id, "Order Completed", "ann", at: at, revenue: 5, order: id);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_viewer_leaves_when_the_view_falls_out_of_the_window(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", null, anonymous: "x", at: Noon.AddDays(-5)), Make.Event("link", "Signed In", "ann", anonymous: "x", at: Noon.AddDays(-4))]);
        var answer = await w.ExplainAsync(new AllOf([new DidRule("Product Viewed") { When = Window.Within(7) }, new Not(new FeatureRule("orders", Comparison.AtLeast, 1))]), "ann");
        Assert.True(answer.Holds);
        Assert.Equal((ChangeKind.Ends, Noon.AddDays(2), "a"), (answer.Turns!.Kind, answer.Turns.At, answer.Turns.Event!.MessageId));
        Assert.Equal((PastKind.Since, Noon.AddDays(-5)), (answer.Conditions[0].Past, answer.Conditions[0].Since));
        Assert.Equal((PastKind.FromTheBeginning, false), (answer.Conditions[1].Past, answer.Conditions[1].Holds));
        Assert.Equal(new Change(ChangeKind.NeedsMore, 1), Assert.Single(answer.Conditions[1].Changes));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_sequence_half_done_says_until_when_the_second_step_counts(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Added", "ann", at: Noon.AddHours(-3))]);
        var answer = await w.OneAsync(new SequenceRule(new EventStep("Product Added"), new EventStep("Order Completed"), 24), "ann");
        Assert.Equal(new Change(ChangeKind.NeedsEvent, null, Noon.AddHours(21)), Assert.Single(answer.Changes));
        Assert.Equal("a", Assert.Single(answer.Events).MessageId);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Figures_of_days_say_when_they_turn_and_figures_how_much_is_missing(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([Make.Event("a", "Order Completed", "ann", at: Noon.AddDays(-10), revenue: 60, order: "1"), Make.Event("b", "Product Viewed", "ann", at: Noon)]);
        var days = await w.OneAsync(new FeatureRule("days_since_last_order", Comparison.AtLeast, 30), "ann");
        Assert.Equal([ChangeKind.Begins], days.Changes.Select(c => c.Kind));
        Assert.Equal((Noon.AddDays(20), "a"), (days.Changes[0].At, days.Changes[0].Event!.MessageId));
        var revenue = await w.OneAsync(new FeatureRule("net_revenue", Comparison.AtLeast, 100), "ann");
        Assert.Equal(new Change(ChangeKind.NeedsMore, 40), Assert.Single(revenue.Changes));
        Assert.Equal("a", Assert.Single(revenue.Events).MessageId);
        var trait = await w.OneAsync(new TraitRule("country", Matching.Known), "ann");
        Assert.Equal((PastKind.NotKept, ChangeKind.NeedsOther), (trait.Past, Assert.Single(trait.Changes).Kind));
    }

    /// <summary>Since when and until when, against a naive reading of the rule at those very instants.</summary>
    [Theory]
    [InlineData(Engine.DuckDb, 21)]
    [InlineData(Engine.DuckDb, 22)]
    [InlineData(Engine.Postgres, 23)]
    public async Task Answers_turn_exactly_where_a_naive_reading_turns(Engine engine, int seed)
    {
        await using var w = await OpenAsync(engine);
        var world = new RandomWorld(seed);
        foreach (var batch in world.Events().Where(e => e.OccurredAt <= Noon).Chunk(40)) await w.Store.Writer.AppendAsync(batch, TestContext.Current.CancellationToken);
        var people = await NaivePeople.FromAsync(w.Store.Database);
        var clock = w.Store.Services.GetRequiredService<ShopClock>();
        var (turns, pasts) = (0, 0);
        for (var i = 0; i < 120; i++)
        {
            var rule = world.Rule();
            foreach (var person in people)
            {
                var answer = await w.ExplainAsync(rule, person.Key);
                if (answer.Turns is { At: { } at }) Turned(rule, person, at, answer.Holds);
                foreach (var condition in answer.Conditions)
                {
                    if (condition.Changes.FirstOrDefault(c => c.Kind is ChangeKind.Ends or ChangeKind.Begins) is { At: { } next }) Turned(condition.Rule, person, next, condition.Holds);
                    if (condition.Past == PastKind.Since) Began(condition, person);
                    if (condition.Past == PastKind.FromTheBeginning)
                        Assert.All(person.Events, e => Assert.Equal(condition.Holds, Naive(condition.Rule, person, e.OccurredAt)));
                }
            }
        }
        Assert.True(turns > 80 && pasts > 250, $"{turns} turns and {pasts} pasts are too few to prove anything.");

        bool Naive(Rule rule, NaivePerson person, DateTimeOffset at) => new NaiveRules(at, clock, _ => null).Holds(rule, new NaivePerson(person.Key, [.. person.Events.Where(e => e.OccurredAt <= at)], person.Traits));

        void Turned(Rule rule, NaivePerson person, DateTimeOffset at, bool holds)
        {
            turns++;
            Assert.True(Naive(rule, person, at.AddMicroseconds(-1)) == holds && Naive(rule, person, at) != holds, $"seed {seed}: {person.Key} does not turn at {at:O}: {RuleJson.Write(rule)}");
        }

        void Began(ConditionAnswer condition, NaivePerson person)
        {
            pasts++;
            var (rule, since) = (condition.Rule, condition.Since!.Value);
            Assert.True(Naive(rule, person, since) == condition.Holds, $"seed {seed}: {person.Key} was different at {since:O}: {RuleJson.Write(rule)}");
            // Before their first event nobody was there to be asked.
            if (person.Events.Any(e => e.OccurredAt < since)) Assert.True(Naive(rule, person, since.AddMicroseconds(-1)) != condition.Holds, $"seed {seed}: {person.Key} was the same before {since:O}: {RuleJson.Write(rule)}");
        }
    }
}
