namespace BehaviorDashboard.Statistics;

/// <summary>An estimate with its band.</summary>
public readonly record struct Interval(double Value, double Low, double High)
{
    public bool Contains(double value) => value >= Low && value <= High;
}

/// <summary>Bands of shares that hold for small counts too, where the textbook's normal band does not.</summary>
public static class Proportions
{
    /// <summary>Wilson's score interval (Wilson 1927). Nobody asked: 0 to 1.</summary>
    public static Interval Wilson(long hits, long of, double level = 0.95)
    {
        if (of <= 0) return new Interval(double.NaN, 0, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, of);
        var (z, p, n) = (Gauss.Quantile(0.5 + level / 2), (double)hits / of, (double)of);
        var centre = (p + z * z / (2 * n)) / (1 + z * z / n);
        var half = z / (1 + z * z / n) * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return new Interval(p, hits == 0 ? 0 : Math.Max(0, centre - half), hits == of ? 1 : Math.Min(1, centre + half));
    }

    /// <summary>Difference of two shares: Newcombe's hybrid score interval (Newcombe 1998, method 10).</summary>
    public static Interval Newcombe(long hits, long of, long otherHits, long otherOf, double level = 0.95)
    {
        if (of <= 0 || otherOf <= 0) return new Interval(double.NaN, -1, 1);
        var (a, b) = (Wilson(hits, of, level), Wilson(otherHits, otherOf, level));
        var low = Math.Sqrt(Square(a.Value - a.Low) + Square(b.High - b.Value));
        var high = Math.Sqrt(Square(a.High - a.Value) + Square(b.Value - b.Low));
        var difference = a.Value - b.Value;
        return new Interval(difference, Math.Max(-1, difference - low), Math.Min(1, difference + high));

        static double Square(double x) => x * x;
    }
}
