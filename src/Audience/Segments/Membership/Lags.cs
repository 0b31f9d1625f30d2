using BehaviorDashboard.Features;

namespace BehaviorDashboard.Segments;

/// <summary>
/// After how many days an event can change an answer by growing old alone: a person leaves "in the last 7 days" seven
/// days after an event, and only then. So whoever had an event at that distance is asked again, and nobody else.
/// </summary>
internal static class Lags
{
    public static IEnumerable<double> Of(Rule rule, Func<int, Rule?> segments, int depth = 0) => depth > RuleCheck.MaxDepth ? [] : rule.Conditions().SelectMany(condition => condition switch
    {
        DidRule did => Of(did.When),
        SequenceRule sequence => Of(sequence.When),
        FavouriteRule favourite => Of(favourite.When),
        FeatureRule feature when PersonFeatures.Find(feature.Feature)?.Kind == FeatureKind.DaysSince => new[] { feature.Value, feature.To }.OfType<decimal>().Select(d => (double)d),
        SegmentRule other when segments(other.Segment) is { } its => Of(its, segments, depth + 1),
        _ => [],
    });

    private static IEnumerable<double> Of(Window when) => when.Days is { } days ? [days] : [];
}
