namespace BehaviorDashboard.Segments;

/// <summary>A named audience: who is in it follows from its rule at every instant.</summary>
/// <param name="Status">draft, active or archived; only an active segment's members are kept.</param>
/// <param name="Size">Members at <paramref name="AsOf"/>; null where they were never computed.</param>
public sealed record Segment(int Id, string Name, string Description, string Status, string Rule, int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long? Size, DateTimeOffset? AsOf)
{
    /// <summary>Whether the size is older than it should be: not computed since the start or since its rule changed, or the keeper lags.</summary>
    public bool CatchingUp { get; init; }

    public Rule Read() => RuleJson.Read(Rule, out var problem) ?? throw new InvalidOperationException($"Segment {Id} has an unreadable rule: {problem}");

    /// <summary>The rule each segment has now, for conditions that name another.</summary>
    internal static Func<int, Rule?> Finder(IReadOnlyList<Segment> segments)
    {
        var rules = segments.ToDictionary(s => s.Id, s => s.Rule);
        return id => rules.TryGetValue(id, out var json) ? RuleJson.Read(json, out _) : null;
    }
}

/// <summary>A rule a segment had.</summary>
public sealed record SegmentVersion(int Version, string Rule, DateTimeOffset SavedAt);

/// <summary>Somebody entered or left.</summary>
public sealed record SegmentChange(int SegmentId, string Person, bool Entered, DateTimeOffset When);

/// <summary>A current member and since when.</summary>
public sealed record SegmentMember(string Person, DateTimeOffset Since);

/// <summary>Entered and left on one shop day.</summary>
public sealed record SegmentDay(DateOnly Day, long Entered, long Left);

/// <summary>What somebody wants to save.</summary>
public sealed record SegmentDraft(string Name, string Description, Rule Rule);

/// <summary>Another segment and how many people are in both.</summary>
public sealed record SegmentOverlap(int SegmentId, long Both);
