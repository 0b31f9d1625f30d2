using BehaviorDashboard.Ids;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>What a rule remembers of one object between two looks.</summary>
/// <param name="Armed">False from a firing until the trigger no longer holds: it fires once on crossing.</param>
/// <param name="HoldsSince">Since when the trigger has held; null while it does not.</param>
/// <param name="Held">What has been holding this crossing back; told once.</param>
internal sealed record MachineState(bool Armed, DateTimeOffset? HoldsSince, DateTimeOffset? LastFired, DateOnly? Day, int FiredToday, string? Held)
{
    public static readonly MachineState Start = new(true, null, null, null, 0, null);
}

internal enum Decision { None, Begins, Ends, Held, Fires }

/// <param name="Why">For <see cref="Decision.Held"/>: conditions, cooldown, hours, most.</param>
/// <param name="Due">When the answer may change though no figure does; null: not by itself.</param>
internal readonly record struct MachineStep(MachineState State, Decision Decision, string? Why = null, DateTimeOffset? Due = null);

/// <summary>
/// Decides from a state and what is true at an instant, and from nothing else: the live engine and the back-test run this
/// same machine, so the same history gives the same firings.
/// </summary>
internal sealed class RuleMachine(RuleDefinition rule, ShopClock clock)
{
    /// <param name="holds">Whether the trigger's test is true; null: not known, which changes nothing.</param>
    /// <param name="conditions">Whether all further conditions are true; null counts as false.</param>
    public MachineStep Next(MachineState state, DateTimeOffset at, bool? holds, bool? conditions)
    {
        if (holds is null) return new MachineStep(state, Decision.None);
        if (holds == false)
            return state.HoldsSince is null && state.Armed && state.Held is null
                ? new MachineStep(state, Decision.None)
                : new MachineStep(state with { Armed = true, HoldsSince = null, Held = null }, Decision.Ends);
        var begun = state.HoldsSince is null ? state with { HoldsSince = at } : state;
        var quiet = state.HoldsSince is null ? Decision.Begins : Decision.None;
        if (!begun.Armed) return new MachineStep(begun, quiet);
        var ripe = begun.HoldsSince!.Value.AddMinutes(rule.When.ForMinutes);
        if (at < ripe) return new MachineStep(begun, quiet, Due: ripe);
        var today = clock.DateOf(at);
        var fired = begun.Day == today ? begun.FiredToday : 0;
        if (Hindrance(begun, at, conditions, fired) is var (why, due))
            return begun.Held == why ? new MachineStep(begun, quiet, Due: due) : new MachineStep(begun with { Held = why }, Decision.Held, why, due);
        return new MachineStep(begun with { Armed = false, LastFired = at, Day = today, FiredToday = fired + 1, Held = null }, Decision.Fires);
    }

    private (string Why, DateTimeOffset? Due)? Hindrance(MachineState state, DateTimeOffset at, bool? conditions, int fired)
    {
        if (conditions != true) return ("conditions", null);
        var limits = rule.Limits;
        if (state.LastFired is { } last && last.AddMinutes(limits.CoolDownMinutes) is var until && at < until) return ("cooldown", until);
        if (fired >= limits.MostPerDay) return ("most", clock.StartOf(clock.DateOf(at).AddDays(1)));
        return InHours(clock.Local(at).Hour) ? null : ("hours", NextHour(at));
    }

    private bool InHours(int hour) => rule.Limits.FromHour < rule.Limits.ToHour
        ? hour >= rule.Limits.FromHour && hour < rule.Limits.ToHour
        : hour >= rule.Limits.FromHour || hour < rule.Limits.ToHour;

    private static DateTimeOffset NextHour(DateTimeOffset at) => new((at.UtcTicks / TimeSpan.TicksPerHour + 1) * TimeSpan.TicksPerHour, TimeSpan.Zero);
}
