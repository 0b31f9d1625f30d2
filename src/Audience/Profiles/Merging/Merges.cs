namespace BehaviorDashboard.Profiles;

/// <summary>A merge that was made.</summary>
public sealed record MergeLine(string Id, string Kept, string Merged, string Reason, DateTimeOffset MergedAt, string MergedBy, DateTimeOffset? UndoneAt, string? UndoneBy);

/// <summary>What a trait becomes.</summary>
public sealed record MergedTrait(string Name, string? Kept, string? Merged, string Result)
{
    /// <summary>Both have it, and differently.</summary>
    public bool Conflicts => Kept is not null && Merged is not null && Kept != Merged;
}

/// <summary>What two people become, before they are merged.</summary>
/// <param name="Sessions">Of both; one session they share counts once.</param>
/// <param name="SetsLost">Sets the merged one is in and the kept one is not: who they become is asked anew.</param>
public sealed record MergePreview(Person Kept, Person Merged, IReadOnlyList<Identity> KeptKeys, IReadOnlyList<Identity> MergedKeys, long Sessions, IReadOnlyList<MergedTrait> Traits,
    IReadOnlyList<string> KeptSets, IReadOnlyList<string> SetsLost)
{
    public long Events => Kept.Events + Merged.Events;

    public long Orders => Kept.Orders + Merged.Orders;

    public long Units => Kept.Units + Merged.Units;

    public decimal NetRevenue => Kept.NetRevenue + Merged.NetRevenue;

    /// <summary>Keys that will stand for the kept person.</summary>
    public long Keys => 1 + KeptKeys.Count + 1 + MergedKeys.Count;
}

/// <summary>Two people who may be one.</summary>
/// <param name="Reasons">email, phone, name and postcode.</param>
public sealed record MergeSuggestion(Person Kept, Person Merged, IReadOnlyList<string> Reasons);

/// <summary>How a wish to merge ended.</summary>
public enum MergeResult
{
    Done,

    /// <summary>Nobody has one of the keys, or they are one person already.</summary>
    NotTwo,

    /// <summary>Neither is known: two visitors become one by signing in.</summary>
    NobodyKnown,
}
