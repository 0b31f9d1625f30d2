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

/// <summary>One event of a person's timeline.</summary>
public sealed record TimelineEvent(string MessageId, DateTimeOffset At, string Type, string Name, string? SessionId, string? ProductId, string? OrderId, decimal? Revenue, string? Currency,
    string? Query, double? Rating, string? Url, string? Properties, string SourceId, string? GivenKey);

/// <summary>Which people, in which order.</summary>
public sealed record PeopleQuery
{
    /// <summary>Part of a name or e-mail address, or the beginning of a key.</summary>
    public string Text { get; init; } = "";

    /// <summary>all, known, anonymous, or buyers.</summary>
    public string Who { get; init; } = "all";

    /// <summary>seen, revenue, or orders; largest first.</summary>
    public string Sort { get; init; } = "seen";

    /// <summary>The last line of the page before.</summary>
    public string? After { get; init; }
}

/// <summary>A page of people.</summary>
/// <param name="Next">Hand it back as <see cref="PeopleQuery.After"/>; null at the end.</param>
public sealed record PeoplePage(IReadOnlyList<Person> People, string? Next);
