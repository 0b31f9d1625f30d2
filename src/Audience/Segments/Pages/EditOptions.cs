namespace BehaviorDashboard.Segments.Pages;

/// <summary>What a builder can choose from, and what the last look found.</summary>
/// <param name="Segments">Other segments that may be named.</param>
/// <param name="Events">Event names the shop sends.</param>
/// <param name="Terms">Groupings and offered figures that may be named.</param>
public sealed record EditOptions(IReadOnlyList<Segment> Segments, IReadOnlyList<string> Events, RuleTerms Terms)
{
    /// <summary>Size under each condition alone, by its node; empty while it is not known.</summary>
    public Dictionary<EditNode, long> Sizes { get; } = [];
}
