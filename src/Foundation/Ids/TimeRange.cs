namespace BehaviorDashboard.Ids;

/// <summary>A half-open stretch of time [From, To): an instant belongs to exactly one of two neighbouring ranges.</summary>
public readonly record struct TimeRange(DateTimeOffset From, DateTimeOffset To)
{
    public TimeSpan Length => To - From;

    /// <summary>The range of the same length that ends where this one starts.</summary>
    public TimeRange Previous => new(From - Length, From);

    public bool Contains(DateTimeOffset instant) => instant >= From && instant < To;

    /// <summary>The last <paramref name="length"/> before <paramref name="now"/>.</summary>
    public static TimeRange Last(TimeSpan length, DateTimeOffset now) => new(now - length, now);
}
