using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Look;

/// <summary>A range as a report of it is kept: one that moves with the clock is the same key all day, and ends at now whenever it is worked out.</summary>
/// <param name="Key">One of <see cref="RangeState.Presets"/>, <see cref="RangeState.Custom"/>, or a number of days such as <c>45d</c>.</param>
/// <param name="Fixed">Of a custom range.</param>
public sealed record RangeKey(string Key, TimeRange? Fixed = null)
{
    /// <summary>So many shop days up to now.</summary>
    public static RangeKey Days(int days) => new($"{days}d");

    public TimeRange At(ShopClock clock) => Fixed ?? RangeState.Rolling(Key, clock);
}
