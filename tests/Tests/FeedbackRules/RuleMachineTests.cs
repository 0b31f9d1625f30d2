using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules;
using BehaviorDashboard.Ids;
using Xunit;

namespace BehaviorDashboard.Tests.FeedbackRules;

/// <summary>A rule fires once on crossing, when it has held long enough, and never beyond its limits.</summary>
public class RuleMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private static readonly RuleDefinition Rule = new(new Trigger(new KpiName("shop", "orders.1h"), Test.Above, 5) { ForMinutes = 10 }, []) { Limits = new Limits { CoolDownMinutes = 60, MostPerDay = 2 } };

    [Fact]
    public void It_fires_once_when_it_has_held_long_enough_and_again_only_after_it_stopped_holding()
    {
        var run = new Run(Rule);
        run.At(0, true);
        run.At(9, true);
        Assert.Empty(run.Fired);
        run.At(10, true);
        run.At(30, true);
        run.At(200, true);
        Assert.Equal([10], run.Fired);
        run.At(201, false);
        run.At(202, true);
        run.At(212, true);
        Assert.Equal([10, 212], run.Fired);
    }

    [Fact]
    public void A_break_begins_the_time_anew()
    {
        var run = new Run(Rule);
        run.At(0, true);
        run.At(9, false);
        run.At(10, true);
        run.At(19, true);
        Assert.Empty(run.Fired);
        run.At(20, true);
        Assert.Equal([20], run.Fired);
    }

    [Fact]
    public void What_is_not_known_changes_nothing()
    {
        var run = new Run(Rule);
        run.At(0, true);
        run.At(5, null);
        run.At(10, true);
        Assert.Equal([10], run.Fired);
    }

    [Fact]
    public void A_second_crossing_waits_for_the_cool_down_and_says_so_once()
    {
        var run = new Run(Rule);
        run.At(0, true);
        run.At(10, true);
        run.At(11, false);
        run.At(12, true);
        run.At(22, true);
        run.At(40, true);
        Assert.Equal([10], run.Fired);
        Assert.Equal(["cooldown"], run.HeldBack);
        run.At(70, true);
        Assert.Equal([10, 70], run.Fired);
    }

    [Fact]
    public void No_more_than_the_most_a_day_and_the_next_day_again()
    {
        var run = new Run(Rule);
        foreach (var start in new[] { 0, 100, 200 })
        {
            run.At(start, true);
            run.At(start + 10, true);
            if (start < 200) run.At(start + 20, false);
        }
        Assert.Equal([10, 110], run.Fired);
        Assert.Equal(["most"], run.HeldBack);
        run.At(12 * 60, true);
        Assert.Equal([10, 110, 720], run.Fired);
    }

    [Theory, InlineData(8, 12, false), InlineData(12, 13, true), InlineData(20, 6, false), InlineData(20, 13, true)]
    public void Only_within_its_hours(int from, int to, bool fires)
    {
        var run = new Run(Rule with { Limits = Rule.Limits with { FromHour = from, ToHour = to } });
        run.At(0, true);
        run.At(10, true);
        Assert.Equal(fires ? [10] : [], run.Fired);
        Assert.Equal(fires ? [] : ["hours"], run.HeldBack);
    }

    [Fact]
    public void Further_conditions_hold_it_back_until_they_hold()
    {
        var run = new Run(Rule);
        run.At(0, true, conditions: false);
        run.At(10, true, conditions: false);
        run.At(15, true, conditions: null);
        Assert.Equal(["conditions"], run.HeldBack);
        run.At(16, true);
        Assert.Equal([16], run.Fired);
    }

    [Fact]
    public void What_is_unusual_follows_the_same_time_of_four_weeks()
    {
        var trigger = new Trigger(new KpiName("shop", "orders.1h"), Test.Unusual, 4);
        Assert.Equal(12, TriggerTest.Instants(Test.Unusual, Start).Count);
        var usual = TriggerTest.Of(Test.Unusual, [.. Enumerable.Range(0, 12).Select(i => (double?)(100 + i % 3))]);
        Assert.Equal(101, usual.Center);
        // Never below chance: ten is the square root of a hundred.
        Assert.InRange(usual.Spread, 10, 10.1);
        Assert.False(TriggerTest.Holds(trigger, 130, usual));
        Assert.True(TriggerTest.Holds(trigger, 142, usual));
        Assert.True(TriggerTest.Holds(trigger, 55, usual));
        Assert.Null(TriggerTest.Holds(trigger, 55, TriggerTest.Of(Test.Unusual, [1, 2, null, null, null, null, null, null, null, null, null, null])));
        Assert.True(TriggerTest.Holds(trigger with { Test = Test.Falls, Threshold = 0.3 }, 69, new Baseline(100, 0)));
        Assert.False(TriggerTest.Holds(trigger with { Test = Test.Falls, Threshold = 0.3 }, 71, new Baseline(100, 0)));
        Assert.Null(TriggerTest.Holds(trigger with { Test = Test.Rises, Threshold = 0.3 }, 71, new Baseline(0, 0)));
    }

    private sealed class Run(RuleDefinition rule)
    {
        private readonly RuleMachine _machine = new(rule, new ShopClock(TimeProvider.System, TimeZoneInfo.Utc));
        private MachineState _state = MachineState.Start;

        public List<int> Fired { get; } = [];

        public List<string> HeldBack { get; } = [];

        public void At(int minute, bool? holds, bool? conditions = true)
        {
            var step = _machine.Next(_state, Start.AddMinutes(minute), holds, conditions);
            _state = step.State;
            if (step.Decision == Decision.Fires) Fired.Add(minute);
            if (step.Decision == Decision.Held) HeldBack.Add(step.Why!);
        }
    }
}
