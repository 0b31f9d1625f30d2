namespace BehaviorDashboard.FeedbackRules;

/// <summary>What a test compares a figure with.</summary>
/// <param name="Center">The figure a week before, or the median of what is usual; null for fixed thresholds.</param>
/// <param name="Spread">One robust deviation of what is usual; 0 where not asked.</param>
internal readonly record struct Baseline(double? Center, double Spread)
{
    public static readonly Baseline None = new(null, 0);
}

/// <summary>The tests of <see cref="Trigger"/> as arithmetic.</summary>
internal static class TriggerTest
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>Instants before one at which the figure must be known for its baseline, on whole minutes.</summary>
    public static IReadOnlyList<DateTimeOffset> Instants(Test test, DateTimeOffset at)
    {
        var minute = new DateTimeOffset(at.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
        return test switch
        {
            Test.Rises or Test.Falls => [minute - Week],
            // The same time in four weeks, and an hour to both sides of it.
            Test.Unusual => [.. from week in Enumerable.Range(1, 4) from hour in new[] { -1, 0, 1 } select minute - week * Week + TimeSpan.FromHours(hour)],
            _ => [],
        };
    }

    /// <summary>How far back <see cref="Instants"/> reaches.</summary>
    public static TimeSpan Reach(Test test) => test switch
    {
        Test.Rises or Test.Falls => Week + TimeSpan.FromMinutes(1),
        Test.Unusual => 4 * Week + TimeSpan.FromMinutes(61),
        _ => TimeSpan.Zero,
    };

    /// <param name="past">The figure at <see cref="Instants"/>; null where it was not known.</param>
    public static Baseline Of(Test test, IReadOnlyList<double?> past)
    {
        var known = past.OfType<double>().Order().ToArray();
        if (test is Test.Rises or Test.Falls) return new Baseline(known.Length == 0 ? null : known[0], 0);
        // Fewer than half: what is usual is not known.
        if (test != Test.Unusual || known.Length * 2 < past.Count) return Baseline.None;
        var center = Median(known);
        var deviation = 1.4826 * Median([.. known.Select(v => Math.Abs(v - center)).Order()]);
        // Counts that hardly vary still vary by chance: never below the square root of the level (Poisson).
        return new Baseline(center, Math.Max(deviation, Math.Sqrt(Math.Max(Math.Abs(center), 1e-9)) * (Math.Abs(center) < 1 ? 0.1 : 1)));
    }

    /// <returns>Null where it cannot be said.</returns>
    public static bool? Holds(Trigger trigger, double? value, Baseline baseline) => (trigger.Test, value, baseline.Center) switch
    {
        (_, null, _) => null,
        (Test.Above, { } v, _) => v > trigger.Threshold,
        (Test.Below, { } v, _) => v < trigger.Threshold,
        (_, _, null) => null,
        (Test.Rises, { } v, { } b) => b <= 0 ? null : v / b - 1 >= trigger.Threshold,
        (Test.Falls, { } v, { } b) => b <= 0 ? null : v / b - 1 <= -trigger.Threshold,
        (Test.Unusual, { } v, { } b) => Math.Abs(v - b) >= trigger.Threshold * baseline.Spread,
        _ => null,
    };

    public static double Median(double[] ordered) => ordered.Length % 2 == 1 ? ordered[ordered.Length / 2] : (ordered[ordered.Length / 2 - 1] + ordered[ordered.Length / 2]) / 2;
}
