namespace BehaviorDashboard.Profiles;

/// <summary>A line of the list of people, and the headline figures of one person.</summary>
public sealed record Person(string Key, bool IsKnown, string? Name, string? Email, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, long Events, long Sessions, long PageViews,
    long ProductViews, long Searches, long CartAdds, long Orders, long Units, long Refunds, long Reviews, decimal Revenue, decimal Refunded, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt, string? Traits)
{
    public decimal NetRevenue => Revenue - Refunded;

    public decimal? AverageBasket => Orders == 0 ? null : Math.Round(Revenue / Orders, 4);
}

/// <summary>Another key of the same person, since when and why.</summary>
public sealed record Identity(string Alias, string Kind, DateTimeOffset Since);
