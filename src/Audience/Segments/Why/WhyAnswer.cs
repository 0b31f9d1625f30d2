namespace BehaviorDashboard.Segments;

/// <summary>Why somebody is in or not.</summary>
/// <param name="Known">Whether there is such a person at all.</param>
/// <param name="Since">Of the stay in an active segment.</param>
/// <param name="Turns">When they leave, or enter, if nothing happens; null: never by time alone.</param>
public sealed record WhyAnswer(string Person, bool Known, bool Holds, DateTimeOffset? Since, Change? Turns, IReadOnlyList<ConditionAnswer> Conditions);

/// <summary>One condition for one person.</summary>
/// <param name="Actual">The figure it looked at; null where it has none or it is not known.</param>
/// <param name="Since">Since when the answer has been this; null where <paramref name="Past"/> says why.</param>
/// <param name="Events">The newest events behind the answer, of <paramref name="EventCount"/>.</param>
/// <param name="Changes">What would turn the answer.</param>
public sealed record ConditionAnswer(Rule Rule, bool Holds, string? Actual, DateTimeOffset? Since, PastKind Past, IReadOnlyList<SeenEvent> Events, int EventCount, IReadOnlyList<Change> Changes)
{
    /// <summary>The instant a figure of another slice tells of; null for all else.</summary>
    public DateTimeOffset? FigureAsOf { get; init; }

    /// <summary>What made such a figure what it is.</summary>
    public IReadOnlyList<string> Drivers { get; init; } = [];
}

/// <summary>What is known of the past of an answer.</summary>
public enum PastKind { Since, FromTheBeginning, NotKept }

/// <summary>Something that would turn an answer.</summary>
/// <param name="Amount">How much more or less is needed.</param>
/// <param name="At">When it turns, or until when the act counts.</param>
/// <param name="Event">The event that grows old then.</param>
public sealed record Change(ChangeKind Kind, decimal? Amount = null, DateTimeOffset? At = null, SeenEvent? Event = null);

/// <summary>Resource keys of the page too (<c>Change.NeedsMore</c>).</summary>
public enum ChangeKind
{
    /// <summary>Ends by itself at an instant.</summary>
    Ends,

    /// <summary>Begins by itself at an instant.</summary>
    Begins,

    /// <summary>So many more are needed, before an instant where one is told.</summary>
    NeedsMore,

    /// <summary>Ends with so many more.</summary>
    EndsWithMore,

    /// <summary>A figure must fall by so much.</summary>
    NeedsLess,

    /// <summary>The event itself is needed, before an instant where one is told.</summary>
    NeedsEvent,

    /// <summary>Ends with the next such event.</summary>
    EndsWithEvent,

    /// <summary>What happens now counts from an instant on.</summary>
    CountsFrom,

    /// <summary>Another value of the trait, another group, another segment's membership.</summary>
    NeedsOther,

    /// <summary>Nothing that can still happen turns it.</summary>
    Stays,
}
