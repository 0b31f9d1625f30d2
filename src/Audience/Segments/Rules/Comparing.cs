namespace BehaviorDashboard.Segments;

/// <summary>What the comparisons of rules mean for a number that is known.</summary>
internal static class Comparing
{
    public static bool Holds(decimal n, Comparison op, decimal value, decimal? to) => op switch
    {
        Comparison.AtLeast => n >= value,
        Comparison.AtMost => n <= value,
        Comparison.MoreThan => n > value,
        Comparison.LessThan => n < value,
        Comparison.Equal => n == value,
        Comparison.NotEqual => n != value,
        _ => n >= value && n <= to,
    };
}
