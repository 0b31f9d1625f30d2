namespace BehaviorDashboard.Reviews;

/// <summary>What a shopper wrote about a product, and what was read out of it.</summary>
/// <param name="Rating">Stars, 1 to 5; null where none were given.</param>
/// <param name="Language">en, zh, or null where it is neither.</param>
/// <param name="Good">Chance that its words are of a content writer; null where no model reads the language.</param>
/// <param name="Model">Which model said so.</param>
/// <param name="Topics">Keys of <see cref="ReviewTopics"/>, a blank before and after each.</param>
/// <param name="Alike">An earlier review of the same product in nearly the same words.</param>
public sealed record Review(string ReviewId, string? UserId, string? ProductId, string? Category, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, double? Rating, string Body, string? Language,
    double? Good, string? Model, string Topics, string? Alike)
{
    public IReadOnlyList<string> TopicKeys => Topics.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>At most two stars, or words at most this likely of a content writer where there are no stars.</summary>
    public const double BadBelow = 0.35;
    public const double GoodAbove = 0.65;

    /// <summary>bad, mixed or good; null where neither stars nor words tell.</summary>
    public string? Tone => (Rating ?? (Good is { } g ? g <= BadBelow ? 1 : g >= GoodAbove ? 5 : 3 : null)) switch { null => null, <= 2 => "bad", < 4 => "mixed", _ => "good" };
}

/// <summary>A review to be taken in.</summary>
/// <param name="ReviewId">The shop's own id; the same is stored once.</param>
public sealed record NewReview(string? ReviewId, string? ProductId, string? UserId, string? AnonymousId, double? Rating, string? Body, string? Category, DateTimeOffset? At);

/// <summary>Why a review was not taken.</summary>
public sealed record ReviewProblem(int Index, string Field, string Reason);

/// <summary>Which reviews, newest first.</summary>
public sealed record ReviewQuery
{
    /// <summary>Part of the text.</summary>
    public string Text { get; init; } = "";

    public string? Product { get; init; }

    public string? Category { get; init; }

    public string? Topic { get; init; }

    /// <summary>bad, mixed, good.</summary>
    public string? Tone { get; init; }

    public string? Language { get; init; }

    public DateTimeOffset From { get; init; } = DateTimeOffset.UnixEpoch;

    public DateTimeOffset To { get; init; } = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The last line of the page before.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 30;
}

/// <summary>A page of reviews.</summary>
/// <param name="Next">Hand it back as <see cref="ReviewQuery.After"/>; null at the end.</param>
public sealed record ReviewPage(IReadOnlyList<Review> Reviews, string? Next);

/// <summary>How many reviews of a group there are in a stretch of time, and how many of them are bad.</summary>
/// <param name="Known">Of which stars or words tell good from bad.</param>
public sealed record ReviewTally(string? Key, long Count, long Known, long Bad, double? Stars);

/// <summary>A day of reviews.</summary>
public sealed record ReviewDay(DateTimeOffset Day, long Known, long Bad);

/// <summary>What the watch needs of a review.</summary>
public sealed record ReviewMark(string ReviewId, string? ProductId, DateTimeOffset OccurredAt, bool Bad, string Topics);
