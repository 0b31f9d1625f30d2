using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace BehaviorDashboard.Tests.FeedbackRules;

/// <summary>The live engine on both stores: what it fires, once, and what becomes of it.</summary>
public sealed class RuleEngineTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    private static RuleDefinition ManyOrders(bool approval = false, string to = "on", double above = 2) => new(new Trigger(new KpiName("shop", "orders.5m"), Test.Above, above),
        [new ActionSpec("lamp", "set", "hall", new Dictionary<string, string> { ["to"] = to, ["level"] = "50" }) { Max = 20 }]) { Limits = new Limits { CoolDownMinutes = 0, MostPerDay = 100, Approval = approval } };

    [Theory, MemberData(nameof(Engines))]
    public async Task A_crossing_acts_once_within_bounds_is_recorded_and_can_be_undone(Engine engine)
    {
        await using var w = await RulesWorld.OpenAsync(engine);
        var rule = await w.AddAsync(ManyOrders(), FeedbackRule.Live);
        for (var i = 0; i < 3; i++) await w.OrderAsync();
        await w.SecondsAsync(5);
        await w.Runner.RunOpenAsync(wait: true);
        Assert.Equal(("on", 1), (w.Lamp.State, w.Lamp.Switched));
        Assert.Equal("20", w.Lamp.Last!.Parameters["level"]);
        var firing = Assert.Single(await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 10));
        Assert.Equal(("live", "approved", 3), (firing.Mode, firing.Status, firing.Reading));

        await w.RestartAsync();
        await w.SecondsAsync(5);
        await w.Runner.RunOpenAsync(wait: true);
        Assert.Equal(1, w.Lamp.Switched);
        Assert.Single(await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 10));

        var undone = await w.WithAsync<LedgerService, IReadOnlyList<UndoResult>>(l => l.UndoFiringAsync(firing.Id, "ada"));
        Assert.Null(Assert.Single(undone).Outcome.Refusal);
        Assert.Equal("off", w.Lamp.State);
        Assert.Equal("undone", (await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 10))[0].Status);
        Assert.Empty(await w.WithAsync<LedgerService, IReadOnlyList<UndoResult>>(l => l.UndoFiringAsync(firing.Id, "ada")));

        // A day later it says what became of the figure, and how much of that is beyond what it usually does.
        var effects = w.Store.Services.GetRequiredService<EffectHistory>();
        Assert.Equal(0, await effects.MeasureDueAsync(TestContext.Current.CancellationToken));
        w.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, await effects.MeasureDueAsync(TestContext.Current.CancellationToken));
        var measured = (await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 10))[0];
        Assert.Equal((-3d, 0d), (measured.Effect, measured.After));
        Assert.NotNull(measured.MeasuredAt);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task In_shadow_nothing_is_done_and_with_approval_nothing_before_it(Engine engine)
    {
        await using var w = await RulesWorld.OpenAsync(engine);
        var shadow = await w.AddAsync(ManyOrders(), FeedbackRule.Shadow);
        var asks = await w.AddAsync(ManyOrders(approval: true), FeedbackRule.Live);
        for (var i = 0; i < 3; i++) await w.OrderAsync();
        await w.SecondsAsync(2);
        await w.Runner.RunOpenAsync(wait: true);
        Assert.Equal("off", w.Lamp.State);
        Assert.Equal("shadow", Assert.Single(await w.Rules.FiringsAsync(shadow.Id, DateTimeOffset.MinValue, 10)).Status);
        var waiting = Assert.Single(await w.WithAsync<LedgerService, IReadOnlyList<RuleFiring>>(l => l.WaitingAsync()));
        Assert.Equal(asks.Id, waiting.RuleId);

        Assert.True(await w.WithAsync<LedgerService, bool>(l => l.ApproveAsync(waiting, "ada")));
        Assert.False(await w.WithAsync<LedgerService, bool>(l => l.DeclineAsync(waiting, "bob")));
        await w.Runner.RunOpenAsync(wait: true);
        Assert.Equal("on", w.Lamp.State);
        // Somebody else switched it since: undoing must not overwrite that.
        w.Lamp.State = "blue";
        var undone = await w.WithAsync<LedgerService, IReadOnlyList<UndoResult>>(l => l.UndoFiringAsync(waiting.Id, "ada"));
        Assert.Equal("switched since", Assert.Single(undone).Outcome.Refusal);
        Assert.Equal("blue", w.Lamp.State);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Two_nodes_that_look_at_one_instant_fire_once(Engine engine)
    {
        await using var w = await RulesWorld.OpenAsync(engine);
        var rule = await w.AddAsync(ManyOrders(), FeedbackRule.Live);
        var other = SecondEngine(w.Store.Services);
        // One that was paused goes on from what it remembers.
        await other.LookAsync(w.Time.GetUtcNow());
        for (var i = 0; i < 3; i++) await w.OrderAsync();
        await w.SecondsAsync(1);
        await other.LookAsync(w.Time.GetUtcNow());
        await other.LookAsync(w.Time.GetUtcNow().AddSeconds(1));
        Assert.Single(await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 10));
    }

    [Fact]
    public async Task A_slow_target_delays_neither_the_rules_nor_other_targets()
    {
        await using var w = await RulesWorld.OpenAsync(Engine.DuckDb);
        w.Lamp.Blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await w.AddAsync(ManyOrders(), FeedbackRule.Live);
        await w.AddAsync(ManyOrders() with { Then = [new ActionSpec("notify", "in_app", null, new Dictionary<string, string> { ["message"] = "Busy!" })] }, FeedbackRule.Live);
        for (var i = 0; i < 3; i++) await w.OrderAsync();
        await w.SecondsAsync(2);
        await w.Runner.RunOpenAsync(wait: false);
        IReadOnlyList<Notice> told = [];
        for (var left = 500; told.Count == 0 && left > 0; left--)
        {
            told = await w.Rules.NoticesAsync(DateTimeOffset.MinValue, 10);
            await Task.Delay(10);
        }
        Assert.Equal("Busy!", Assert.Single(told).Subject);
        await w.SecondsAsync(2);
        Assert.Equal("off", w.Lamp.State);
        w.Lamp.Blocked.SetResult();
        await w.Runner.RunOpenAsync(wait: true);
        Assert.Equal("on", w.Lamp.State);
    }

    [Fact]
    public async Task Rules_that_keep_undoing_each_other_go_back_into_shadow_and_say_why()
    {
        await using var w = await RulesWorld.OpenAsync(Engine.DuckDb);
        var on = await w.AddAsync(ManyOrders(above: 0), FeedbackRule.Live);
        var off = await w.AddAsync(ManyOrders(to: "off", above: 1), FeedbackRule.Live);
        for (var round = 0; round < 2; round++)
        {
            await w.OrderAsync();
            await w.SecondsAsync(1);
            await w.Runner.RunOpenAsync(wait: true);
            await w.OrderAsync();
            await w.SecondsAsync(1);
            await w.Runner.RunOpenAsync(wait: true);
            w.Time.Advance(TimeSpan.FromMinutes(6));
            await w.SecondsAsync(1);
        }
        foreach (var (rule, other) in new[] { (on, off), (off, on) })
        {
            var now = (await w.Rules.FindAsync(rule.Id))!;
            Assert.Equal((FeedbackRule.Shadow, $"conflict:{other.Id}|lamp:hall"), (now.Status, now.Reason));
        }
    }

    [Fact]
    public async Task The_back_test_agrees_with_what_the_live_engine_did_event_by_event()
    {
        await using var w = await RulesWorld.OpenAsync(Engine.DuckDb);
        var definition = ManyOrders() with
        {
            When = new Trigger(new KpiName("shop", "orders.5m"), Test.Above, 5) { ForMinutes = 1 }, And = [new Trigger(new KpiName("shop", "revenue.1h"), Test.Below, 1200)],
            Limits = new Limits { CoolDownMinutes = 4, MostPerDay = 5, Approval = false, FromHour = 12, ToHour = 13 },
        };
        var rule = await w.AddAsync(definition, FeedbackRule.Live);
        var random = new Random(7);
        var from = w.Time.GetUtcNow();
        for (var i = 0; i < 160; i++)
        {
            // Busy and quiet stretches, so that the figure crosses often.
            if (i / 16 % 2 == 0 && random.Next(2) == 0)
                for (var n = random.Next(1, 4); n > 0; n--) await w.OrderAsync(random.Next(5, 40));
            await w.SecondsAsync(random.Next(1, 45));
        }
        var live = (await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 1000)).OrderBy(f => f.FiredAt).ToList();
        var again = await w.WithAsync<FeedbackRuleService, BackTestResult>(r => r.BackTestAsync(definition, new TimeRange(from, w.Time.GetUtcNow().AddSeconds(1))));
        Assert.True(live.Count > 2, $"only {live.Count} firings");
        Assert.Equal(live.Select(f => (f.FiredAt, f.Reading)), again.Firings.Select(f => (f.At, f.Reading)));
        Assert.Equal((await w.Rules.HoldsAsync(rule.Id, DateTimeOffset.MinValue, default)).OrderBy(h => h.Key).Select(h => (h.Key, (int)h.Value)), again.Held.OrderBy(h => h.Key).Select(h => (h.Key, h.Value)));
        Assert.Equal(0, again.Late);
    }

    [Fact]
    public async Task The_back_test_of_a_figure_that_is_kept_agrees_with_the_live_engine_object_by_object()
    {
        var shelf = new Shelf();
        await using var w = await RulesWorld.OpenAsync(Engine.DuckDb, services => services.AddSingleton<IKpiSource>(shelf));
        shelf.Time = w.Time;
        var definition = ManyOrders() with
        {
            When = new Trigger(new KpiName("shelf", "chance", RuleDefinition.Each), Test.Above, 0.5) { ForMinutes = 2 }, And = [new Trigger(new KpiName("shelf", "lost", RuleDefinition.Each), Test.Above, 100)],
            Limits = new Limits { CoolDownMinutes = 5, MostPerDay = 4, Approval = false },
        };
        var rule = await w.AddAsync(definition, FeedbackRule.Live);
        var (random, from) = (new Random(3), w.Time.GetUtcNow());
        for (var i = 0; i < 120; i++)
        {
            shelf.Set("chance", $"p{random.Next(3)}", random.NextDouble());
            shelf.Set("lost", $"p{random.Next(3)}", random.Next(200));
            w.Engine.Moved("shelf");
            await w.SecondsAsync(random.Next(15, 60));
        }
        var live = (await w.Rules.FiringsAsync(rule.Id, DateTimeOffset.MinValue, 1000)).OrderBy(f => f.FiredAt).ThenBy(f => f.ObjectId, StringComparer.Ordinal).ToList();
        var again = await w.WithAsync<FeedbackRuleService, BackTestResult>(r => r.BackTestAsync(definition, new TimeRange(from, w.Time.GetUtcNow().AddSeconds(1))));
        Assert.True(live.Count > 5, $"only {live.Count} firings");
        Assert.Equal(live.Select(f => (f.FiredAt, f.ObjectId, f.Reading)), again.Firings.Select(f => (f.At, f.ObjectId, f.Reading)));
        Assert.Equal(TimeSpan.FromSeconds(1), again.Step);
    }

    [Fact]
    public void A_drop_that_nothing_else_explains_is_measured_with_its_band()
    {
        var at = new DateTimeOffset(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
        var random = new Random(3);
        // A daily swing and noise; from the firing on ten less.
        var history = Enumerable.Range(-5 * 7 * 24, 5 * 7 * 24 + 30).Select(h => new KpiReading(100 + 20 * Math.Sin(h * Math.Tau / 24) + random.NextDouble() - (h > 0 ? 10 : 0), at.AddHours(h))).ToList();
        var effect = EffectHistory.Estimate(history, at, TimeSpan.FromHours(24))!;
        Assert.InRange(effect.Value, -12, -8);
        Assert.True(effect.Low < -10 && effect.High > -10 && effect.High < 0, $"{effect}");
        Assert.Null(EffectHistory.Estimate([.. history.TakeLast(20)], at, TimeSpan.FromHours(24)));
    }

    /// <summary>The engine of another process on the same store.</summary>
    private static RuleEngine SecondEngine(IServiceProvider p) => new(p.GetRequiredService<RuleStore>(), p.GetRequiredService<KpiCatalog>(), p.GetRequiredService<EffectHistory>(), p.GetRequiredService<LedgerStore>(),
        p.GetRequiredService<ShopClock>(), p.GetRequiredService<Node>(), p.GetRequiredService<TimeProvider>(), NullLogger<Signal>.Instance, NullLogger<RuleEngine>.Instance);
}

/// <summary>Two figures of three products that change when they are told to; one at a time or all at once, and every change is known.</summary>
internal sealed class Shelf : IKpiSource
{
    private readonly List<(string Key, string Product, KpiReading Reading)> _all = [];

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string Source => "shelf";

    public Signal? Changed => null;

    public IReadOnlyList<WatchedKpi> Kpis => [new("chance", () => "chance", "share", true), new("lost", () => "lost", "money", true)];

    public void Set(string key, string product, double value) => _all.Add((key, product, new KpiReading(value, Time.GetUtcNow().AddMilliseconds(400))));

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<WatchedObject>>([.. Enumerable.Range(0, 3).Select(i => new WatchedObject($"p{i}", $"P{i}"))]);

    public Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default) => Task.FromResult(Of(kpi).LastOrDefault(r => r.AsOf <= at));

    public async Task<KpiOfEach?> ReadEachAsync(string key, DateTimeOffset at, CancellationToken cancel = default)
    {
        var known = new Dictionary<string, KpiReading>();
        foreach (var one in await ObjectsAsync("", 10, cancel))
            if (await ReadAsync(new KpiName(Source, key, one.Id), at, cancel) is { } reading) known[one.Id] = reading;
        return new KpiOfEach(known);
    }

    public Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<KpiReading>>([]);

    public Task<IReadOnlyList<KpiReading>?> ChangesAsync(KpiName kpi, TimeRange range, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<KpiReading>?>([.. Of(kpi).Where(r => r.AsOf <= range.To)]);

    private IEnumerable<KpiReading> Of(KpiName kpi) => _all.Where(a => a.Key == kpi.Key && a.Product == kpi.ObjectId).Select(a => a.Reading);
}
