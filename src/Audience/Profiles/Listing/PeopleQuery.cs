namespace BehaviorDashboard.Profiles;

/// <summary>Which people, in which order.</summary>
public sealed record PeopleQuery
{
    public static IReadOnlyList<string> Sorts { get; } = ["seen", "revenue", "orders", "ordered"];

    public static IReadOnlyList<string> Kinds { get; } = ["all", "known", "anonymous", "buyers"];

    /// <summary>Part of a name or e-mail address, or the beginning of a key.</summary>
    public string Text { get; init; } = "";

    /// <summary>all, known, anonymous, or buyers.</summary>
    public string Who { get; init; } = "all";

    public long? OrdersFrom { get; init; }

    public long? OrdersTo { get; init; }

    /// <summary>Net revenue in the shop's currency.</summary>
    public decimal? RevenueFrom { get; init; }

    public decimal? RevenueTo { get; init; }

    public DateTimeOffset? SeenFrom { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? SeenTo { get; init; }

    public DateTimeOffset? OrderedFrom { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? OrderedTo { get; init; }

    /// <summary>Trait <c>country</c>, whole, in any case.</summary>
    public string Country { get; init; } = "";

    /// <summary>Trait <c>city</c>, whole, in any case.</summary>
    public string City { get; init; } = "";

    /// <summary>Members of a set, such as <c>segment:7</c>.</summary>
    public string Set { get; init; } = "";

    /// <summary>A purpose, with a minus before it for those who may not be used for it: <c>marketing_email</c>, <c>-analytics</c>.</summary>
    public string Consent { get; init; } = "";

    /// <summary>seen, revenue, orders or ordered (last order); largest first. After those who ordered come the others, last seen first.</summary>
    public string Sort { get; init; } = "seen";

    /// <summary>The last line of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Whether anything but the order was chosen.</summary>
    public bool IsNarrow => this with { Sort = "seen", After = null } != new PeopleQuery();
}

/// <summary>A page of people.</summary>
/// <param name="Next">Hand it back as <see cref="PeopleQuery.After"/>; null at the end.</param>
public sealed record PeoplePage(IReadOnlyList<Person> People, string? Next);
