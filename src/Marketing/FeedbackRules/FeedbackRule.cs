namespace BehaviorDashboard.FeedbackRules;

/// <summary>A rule as it is kept.</summary>
/// <param name="Status">draft; shadow (fires on paper only); live; archived.</param>
/// <param name="Reason">Why the product itself put it back into shadow; null otherwise.</param>
public sealed record FeedbackRule(int Id, string Name, string Status, int Version, string Definition, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? Reason)
{
    public const string Draft = "draft";
    public const string Shadow = "shadow";
    public const string Live = "live";
    public const string Archived = "archived";

    public bool IsWatching => Status is Shadow or Live;

    public RuleDefinition Read() => DefinitionJson.Read(Definition, out var problem) ?? throw new InvalidOperationException($"Rule {Id} cannot be read: {problem}");
}

/// <summary>An earlier definition.</summary>
public sealed record FeedbackRuleVersion(int Version, string Definition, DateTimeOffset SavedAt);

/// <summary>What is wrong with a rule.</summary>
/// <param name="Code">A resource key of the pages.</param>
public sealed record DefinitionProblem(string Field, string Code, string Value = "");

/// <summary>How a rule stands towards one object.</summary>
/// <param name="ObjectId">Empty where the figure is the whole shop's.</param>
/// <param name="Seq">Counts the changes: of two who write at once, one is refused.</param>
public sealed record RuleStanding(int RuleId, int Version, string ObjectId, bool Armed, DateTimeOffset? HoldsSince, DateTimeOffset? LastFired, DateOnly? Day, int FiredToday, string? Held, double? Reading, DateTimeOffset? ReadAt, long Seq);

/// <summary>One firing of a rule.</summary>
/// <param name="Mode">shadow or live.</param>
/// <param name="Status">shadow (nothing done), waiting (for approval), approved, declined, undone.</param>
/// <param name="Reading">The trigger's figure.</param>
/// <param name="Baseline">What it was compared with; null for fixed thresholds.</param>
/// <param name="Effect">Measured change of the figure against what would have been expected, after <see cref="Limits.EffectHours"/>; null before, and where the history is too short to tell.</param>
/// <param name="After">The figure itself when those hours had passed; null where it was not known then.</param>
public sealed record RuleFiring(string Id, int RuleId, int Version, string RuleName, string ObjectId, DateTimeOffset FiredAt, double Reading, double? Baseline, string Mode, string Status, string? DecidedBy, DateTimeOffset? DecidedAt,
    double? Predicted, double? PredictedLow, double? PredictedHigh, double? Effect, double? EffectLow, double? EffectHigh, DateTimeOffset? MeasuredAt, double? After);
