using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Segments;

/// <summary>Which events the conditions of some rules can look at: of each stored name those after an instant, or all (null). Others need not be copied to ask touched people again.</summary>
internal sealed class EventNeeds
{
    private readonly Dictionary<string, DateTimeOffset?> _after = [];

    public static EventNeeds Of(IEnumerable<Rule> rules, Func<int, Rule?> segments, DateTimeOffset asOf, ShopClock clock)
    {
        var needs = new EventNeeds();
        foreach (var rule in rules) needs.Add(rule, segments, asOf, clock, 0);
        return needs;
    }

    public IReadOnlyDictionary<string, DateTimeOffset?> After => _after;

    /// <summary>Before this no event is needed; null: some are from the beginning.</summary>
    public DateTimeOffset? Oldest => _after.Values.Any(a => a is null) ? null : _after.Values.Min();

    private void Add(Rule rule, Func<int, Rule?> segments, DateTimeOffset asOf, ShopClock clock, int depth)
    {
        foreach (var condition in rule.Conditions())
            switch (condition)
            {
                case DidRule did: Need(did.Event, did.Occasion == Occasion.Any ? After(did.When) : null); break;
                case FavouriteRule favourite: Need(favourite.Event, After(favourite.When)); break;
                case SequenceRule sequence:
                    Need(sequence.Then.Event, After(sequence.When));
                    Need(sequence.First.Event, After(sequence.When)?.AddHours(-sequence.WithinHours).AddSeconds(-1));
                    break;
                case SegmentRule other when depth <= RuleCheck.MaxDepth && segments(other.Segment) is { } its: Add(its, segments, asOf, clock, depth + 1); break;
            }

        DateTimeOffset? After(Window when) => when.Kind is WindowKind.Within or WindowKind.Between ? when.At(asOf, clock).After : null;
    }

    private void Need(string name, DateTimeOffset? after)
    {
        var stored = OrderLines.Stored(name);
        _after[stored] = _after.TryGetValue(stored, out var known) ? known is null || after is null ? null : known < after ? known : after : after;
    }
}
