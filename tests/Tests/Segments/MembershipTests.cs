using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>Members follow events and the passing of time, on both engines.</summary>
public sealed class MembershipTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private sealed record World(TestStore Store, FakeTimeProvider Time) : IAsyncDisposable
    {
        private readonly AsyncServiceScope _scope = Store.Services.CreateAsyncScope();

        public SegmentService Segments => _scope.ServiceProvider.GetRequiredService<SegmentService>();

        public MembershipKeeper Keeper => Store.Services.GetRequiredService<MembershipKeeper>();

        public async Task<Segment> ActiveAsync(string name, Rule rule)
        {
            var saved = await Segments.CreateAsync(new SegmentDraft(name, "", rule));
            Assert.Empty(saved.Problems);
            await Segments.SetStatusAsync(saved.Segment!, "active");
            return (await Segments.FindAsync(saved.Segment!.Id))!;
        }

        public async Task<string> MembersAsync(Segment segment) => string.Join(' ', (await Segments.MembersAsync(segment.Id, Time.GetUtcNow(), "", 1_000)).Select(m => m.Person));

        public async ValueTask DisposeAsync()
        {
            await _scope.DisposeAsync();
            await Store.DisposeAsync();
        }
    }

    private static async Task<World> OpenAsync(Engine engine, DateTimeOffset? start = null, DateTimeOffset? asOf = null)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        var time = new FakeTimeProvider(start ?? Make.Noon);
        return new World(await TestStore.OpenAsync(engine, [new SegmentsModule()], time, s => s.AddSingleton<IAuditLog, NoAudit>().AddSingleton(_ => new ShopClock(time, TimeZoneInfo.Utc, asOf))), time);
    }

    private static DidRule Did(string name, int days) => new(name) { When = Window.Within(days) };

    [Theory, MemberData(nameof(Engines))]
    public async Task Somebody_leaves_the_last_seven_days_seven_days_after_the_event_and_not_before(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var week = await w.ActiveAsync("week", Did("Product Viewed", 7));
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann"), Make.Event("b", "Product Viewed", "bob", at: Make.Noon.AddDays(-3))]);
        await w.Keeper.PassAsync();
        Assert.Equal("ann bob", await w.MembersAsync(week));
        w.Time.Advance(TimeSpan.FromDays(4) - TimeSpan.FromSeconds(1));
        await w.Keeper.PassAsync();
        Assert.Equal("ann bob", await w.MembersAsync(week));
        w.Time.Advance(TimeSpan.FromSeconds(1));
        await w.Keeper.PassAsync();
        Assert.Equal("ann", await w.MembersAsync(week));
        Assert.Equal(1, (await w.Segments.FindAsync(week.Id))!.Size);
        Assert.Contains(await w.Segments.ChangesAsync(week.Id, 10), c => c is { Person: "bob", Entered: false } && c.When == w.Time.GetUtcNow());
    }

    /// <summary>The shop's clock begins anew at every start of a history that ended.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Members_of_a_history_looked_at_as_of_a_past_day_are_those_of_that_day_after_a_restart_too(Engine engine)
    {
        var day = Make.Noon.AddYears(-5);
        await using var w = await OpenAsync(engine, asOf: day);
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann", at: day.AddDays(-2)), Make.Event("b", "Product Viewed", "bob", at: day.AddDays(-7).AddHours(1))]);
        var week = await w.ActiveAsync("week", Did("Product Viewed", 7));
        Assert.Equal((2, day), (week.Size, week.AsOf));
        w.Time.Advance(TimeSpan.FromHours(2));
        await w.Keeper.PassAsync();
        Assert.Equal((1, day.AddHours(2)), ((await w.Segments.FindAsync(week.Id))!.Size, (await w.Segments.FindAsync(week.Id))!.AsOf));

        await w.Store.RestartAsync();
        await w.Store.Services.GetRequiredService<MembershipKeeper>().PassAsync();
        await using var scope = w.Store.Services.CreateAsyncScope();
        var again = scope.ServiceProvider.GetRequiredService<SegmentService>();
        Assert.Equal((2, day), ((await again.FindAsync(week.Id))!.Size, (await again.FindAsync(week.Id))!.AsOf));
        Assert.Equal(["ann", "bob"], (await again.MembersAsync(week.Id, day, "", 10)).Select(m => m.Person));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_visitor_who_turns_out_to_be_a_customer_is_one_member(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var viewers = await w.ActiveAsync("viewers", new DidRule("Product Viewed"));
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", user: null, anonymous: "x")]);
        await w.Keeper.PassAsync();
        Assert.Equal("anon:x", await w.MembersAsync(viewers));
        await w.Store.Writer.AppendAsync([Make.Event("b", "Signed In", "ann", anonymous: "x")]);
        await w.Keeper.PassAsync();
        Assert.Equal("ann", await w.MembersAsync(viewers));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Pages_of_one_listing_tell_of_one_instant(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([.. Enumerable.Range(0, 5).Select(i => Make.Event($"m{i}", "Product Viewed", $"u{i}", at: Make.Noon.AddDays(-6)))]);
        var week = await w.ActiveAsync("week", Did("Product Viewed", 7));
        var asOf = w.Time.GetUtcNow();
        var first = await w.Segments.MembersAsync(week.Id, asOf, "", 3);
        w.Time.Advance(TimeSpan.FromDays(2));
        await w.Store.Writer.AppendAsync([Make.Event("late", "Product Viewed", "u9", at: w.Time.GetUtcNow())]);
        await w.Keeper.PassAsync();
        var rest = await w.Segments.MembersAsync(week.Id, asOf, first[^1].Person, 3);
        Assert.Equal(["u0", "u1", "u2", "u3", "u4"], first.Concat(rest).Select(m => m.Person));
        Assert.Equal("u9", await w.MembersAsync(week));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Nobody_stays_in_a_segment_that_was_archived_and_all_come_back_when_it_is_active_again(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann")]);
        var segment = await w.ActiveAsync("viewers", new DidRule("Product Viewed"));
        Assert.Equal("ann", await w.MembersAsync(segment));
        w.Time.Advance(TimeSpan.FromHours(1));
        await w.Segments.SetStatusAsync(segment, "archived");
        Assert.Equal("", await w.MembersAsync(segment));
        w.Time.Advance(TimeSpan.FromHours(1));
        await w.Segments.SetStatusAsync(segment, "active");
        Assert.Equal("ann", await w.MembersAsync(segment));
        Assert.Equal([true, false, true], (await w.Segments.ChangesAsync(segment.Id, 10)).Select(c => c.Entered));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_segment_that_cannot_be_computed_grows_old_and_holds_up_no_other(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        var good = await w.ActiveAsync("good", new DidRule("Product Viewed"));
        var bad = await w.ActiveAsync("bad", new DidRule("Product Viewed"));
        var before = w.Time.GetUtcNow();
        await w.Store.Database.ExecuteAsync("update segments set rule = @Rule where id = @Id", new { bad.Id, Rule = RuleJson.Write(new FeatureRule("orders", Comparison.AtLeast, 1e25m)) });
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann")]);
        w.Time.Advance(TimeSpan.FromMinutes(1));
        await w.Keeper.PassAsync();
        Assert.Equal("ann", await w.MembersAsync(good));
        Assert.Equal((w.Time.GetUtcNow(), before), ((await w.Segments.FindAsync(good.Id))!.AsOf, (await w.Segments.FindAsync(bad.Id))!.AsOf));
        await w.Store.Database.ExecuteAsync("update segments set rule = @Rule where id = @Id", new { bad.Id, bad.Rule });
        await w.Keeper.PassAsync();
        Assert.Equal(("ann", w.Time.GetUtcNow()), (await w.MembersAsync(bad), (await w.Segments.FindAsync(bad.Id))!.AsOf));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_happens_while_no_segment_is_active_counts_when_one_is(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Keeper.PassAsync();
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann")]);
        var viewers = await w.ActiveAsync("viewers", new DidRule("Product Viewed"));
        await w.Store.Writer.AppendAsync([Make.Event("b", "Product Viewed", "bob")]);
        await w.Keeper.PassAsync();
        Assert.Equal("ann bob", await w.MembersAsync(viewers));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task A_segment_on_another_follows_it_and_circles_are_refused(Engine engine)
    {
        await using var w = await OpenAsync(engine);
        await w.Store.Writer.AppendAsync([Make.Event("a", "Product Viewed", "ann"), Make.Event("b", "Product Added", "bob")]);
        var one = await w.ActiveAsync("one", new DidRule("Product Viewed"));
        var not = await w.ActiveAsync("not one", new Not(new SegmentRule(one.Id)));
        Assert.Equal("bob", await w.MembersAsync(not));
        Assert.Equal("Cycle", Assert.Single((await w.Segments.SaveAsync(one, new SegmentDraft("one", "", new AllOf([new SegmentRule(not.Id)])))).Problems).Code);
        Assert.Empty((await w.Segments.SaveAsync(one, new SegmentDraft("one", "", new DidRule("Product Added")))).Problems);
        Assert.Equal("ann", await w.MembersAsync(not));
        Assert.Equal("ChangedMeanwhile", Assert.Single((await w.Segments.SaveAsync(one, new SegmentDraft("one", "", new AllOf([])))).Problems).Code);
        Assert.Equal([2, 1], (await w.Segments.VersionsAsync(one.Id)).Select(v => v.Version));
    }

    [Theory]
    [InlineData(Engine.DuckDb, 11)]
    [InlineData(Engine.DuckDb, 12)]
    [InlineData(Engine.Postgres, 13)]
    public async Task Members_kept_step_by_step_are_those_found_at_once(Engine engine, int seed)
    {
        await using var w = await OpenAsync(engine, RandomWorld.AsOf.AddDays(-20));
        var world = new RandomWorld(seed);
        var segments = new List<Segment>();
        for (var i = 0; i < 12; i++) segments.Add(await w.ActiveAsync($"s{i}", Meant(() => world.Rule())));
        // Conditions on one event are answered from one row a person.
        for (var i = 0; i < 8; i++) segments.Add(await w.ActiveAsync($"viewed{i}", Meant(() => world.Did("Product Viewed"))));
        var random = new Random(seed);
        foreach (var batch in world.Events().Chunk(20))
        {
            await w.Store.Writer.AppendAsync(batch);
            w.Time.Advance(TimeSpan.FromMinutes(random.Next(60 * 60)));
            await w.Keeper.PassAsync();
            foreach (var segment in segments)
            {
                var found = await w.Store.Services.GetRequiredService<RuleRunner>().PeopleAsync(segment.Read(), w.Time.GetUtcNow(), 1_000, _ => null);
                var kept = (await w.Segments.MembersAsync(segment.Id, w.Time.GetUtcNow(), "", 1_000)).Select(m => m.Person);
                Assert.True(found.Order(StringComparer.Ordinal).SequenceEqual(kept.Order(StringComparer.Ordinal)), $"seed {seed}: {segment.Rule}\nfound: {string.Join(' ', found)}\nkept: {string.Join(' ', kept)}");
            }
        }
    }

    /// <summary>The next rule that names no other segment and is not refused.</summary>
    private static Rule Meant(Func<Rule> next)
    {
        var rule = next();
        while (rule.Walk().OfType<SegmentRule>().Any() || RuleCheck.Check(rule, RuleTerms.None).Count > 0) rule = next();
        return rule;
    }
}
