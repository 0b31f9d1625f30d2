using BehaviorDashboard.Features;

namespace BehaviorDashboard.Segments;

/// <summary>What would turn the answer to one condition: time alone, or something the person does.</summary>
internal static class Changes
{
    public static IReadOnlyList<Change> Of(Rule rule, bool holds, Course? course, decimal? figure, IReadOnlyList<PersonEvent> counted, DateTimeOffset asOf, DateTimeOffset? firstStep)
    {
        var found = new List<Change>();
        if (course?.Next(asOf) is { } turn) found.Add(new Change(holds ? ChangeKind.Ends : ChangeKind.Begins, null, turn.At, turn.Because?.Seen));
        var act = rule switch
        {
            DidRule { Occasion: Occasion.Any } did => Counted(did, holds, figure ?? 0, counted, asOf),
            DidRule did => Occasional(did, holds, counted, asOf),
            SequenceRule sequence => Sequenced(sequence, holds, asOf, firstStep),
            FavouriteRule favourite => Favourite(favourite, holds, counted, asOf),
            FeatureRule feature when PersonFeatures.Find(feature.Feature)?.Kind == FeatureKind.DaysSince => Days(feature, holds, figure),
            FeatureRule feature => Figure(feature, holds, figure),
            _ => new Change(ChangeKind.NeedsOther),
        };
        // Time that turns it is enough to say, unless an act does so too.
        if (act is { Kind: ChangeKind.Stays } && found.Count > 0) act = null;
        if (act is not null) found.Add(act);
        return found;
    }

    private static Change Counted(DidRule rule, bool holds, decimal n, IReadOnlyList<PersonEvent> counted, DateTimeOffset asOf)
    {
        if (!Open(rule.When, asOf)) return new Change(ChangeKind.Stays);
        if (rule.When.Kind == WindowKind.Before) return Reach(rule.Op, rule.Value, rule.To, n, holds, Step(rule.Measure)) is { Kind: ChangeKind.NeedsMore } ? new Change(ChangeKind.CountsFrom, null, asOf.AddDays(rule.When.Days!.Value)) : new Change(ChangeKind.Stays);
        var change = Reach(rule.Op, rule.Value, rule.To, n, holds, Step(rule.Measure));
        var limit = rule.When.Kind == WindowKind.Within && counted.Count > 0 ? counted[0].When.AddDays(rule.When.Days!.Value) : (DateTimeOffset?)null;
        return change.Kind == ChangeKind.NeedsMore ? change with { At = limit } : change.Kind == ChangeKind.NeedsLess ? new Change(ChangeKind.Stays) : change;
    }

    private static decimal? Step(Measure measure) => measure == Measure.Revenue ? null : 1;

    private static Change Occasional(DidRule rule, bool holds, IReadOnlyList<PersonEvent> counted, DateTimeOffset asOf)
    {
        if (rule.Occasion == Occasion.First) return !holds && counted.Count == 0 && Open(rule.When, asOf) ? Needed(rule.When, asOf) : new Change(ChangeKind.Stays);
        var counts = Open(rule.When, asOf) && rule.When.Kind != WindowKind.Before;
        return holds ? counts ? new Change(ChangeKind.Stays) : new Change(ChangeKind.EndsWithEvent) : Open(rule.When, asOf) ? Needed(rule.When, asOf) : new Change(ChangeKind.Stays);
    }

    private static Change Sequenced(SequenceRule rule, bool holds, DateTimeOffset asOf, DateTimeOffset? firstStep)
    {
        if (holds || !Open(rule.When, asOf)) return new Change(ChangeKind.Stays);
        if (rule.When.Kind == WindowKind.Before) return Needed(rule.When, asOf);
        return new Change(ChangeKind.NeedsEvent, null, firstStep?.AddHours(rule.WithinHours) is { } limit && limit >= asOf ? limit : null);
    }

    private static Change Favourite(FavouriteRule rule, bool holds, IReadOnlyList<PersonEvent> counted, DateTimeOffset asOf) =>
        !Open(rule.When, asOf) ? new Change(ChangeKind.Stays) : holds || rule.When.Kind == WindowKind.Before ? new Change(ChangeKind.NeedsOther) : new Change(ChangeKind.NeedsMore, EventCourses.Lead(rule, counted) ?? 1);

    private static Change Needed(Window when, DateTimeOffset asOf) => when.Kind == WindowKind.Before ? new Change(ChangeKind.CountsFrom, null, asOf.AddDays(when.Days!.Value)) : new Change(ChangeKind.NeedsEvent);

    private static Change Days(FeatureRule rule, bool holds, decimal? days)
    {
        var last = rule.Feature.Contains("_last_", StringComparison.Ordinal);
        if (days is null) return new Change(holds ? ChangeKind.EndsWithEvent : ChangeKind.NeedsEvent);
        if (!last || rule.Op is Comparison.Known or Comparison.Unknown) return new Change(ChangeKind.Stays);
        // Something new sets the days to 0.
        var after = Comparing.Holds(0, rule.Op, rule.Value ?? 0, rule.To);
        return after == holds ? new Change(ChangeKind.Stays) : new Change(holds ? ChangeKind.EndsWithEvent : ChangeKind.NeedsEvent);
    }

    private static Change Figure(FeatureRule rule, bool holds, decimal? figure)
    {
        if (rule.Op is Comparison.Known or Comparison.Unknown || figure is null) return new Change(ChangeKind.NeedsOther);
        var whole = PersonFeatures.Find(rule.Feature)?.Kind == FeatureKind.Number && rule.Feature is not ("units_per_order" or "browse_depth" or "review_mean");
        // One rating can take these anywhere.
        if (rule.Feature is "review_min" or "review_last") return new Change(ChangeKind.NeedsOther);
        return Reach(rule.Op, rule.Value ?? 0, rule.To, figure.Value, holds, whole ? 1 : null);
    }

    /// <summary>How far a number is from turning the comparison.</summary>
    /// <param name="step">The least it moves by; null: by any amount.</param>
    private static Change Reach(Comparison op, decimal value, decimal? to, decimal n, bool holds, decimal? step)
    {
        decimal Above(decimal bound) => step is null ? bound - n : Math.Floor(bound) + 1 - n;
        decimal Up(decimal bound) => step is null ? bound - n : Math.Ceiling(bound) - n;
        return (holds, op) switch
        {
            (true, Comparison.AtMost) => new Change(ChangeKind.EndsWithMore, Above(value)),
            (true, Comparison.LessThan) => new Change(ChangeKind.EndsWithMore, Up(value)),
            (true, Comparison.Between) => new Change(ChangeKind.EndsWithMore, Above(to ?? value)),
            (true, Comparison.Equal) => new Change(ChangeKind.EndsWithMore, step ?? 0),
            (true, Comparison.NotEqual) when n < value => new Change(ChangeKind.EndsWithMore, value - n),
            (true, _) => new Change(ChangeKind.Stays),
            (false, Comparison.MoreThan) => new Change(ChangeKind.NeedsMore, Above(value)),
            (false, Comparison.AtLeast) => new Change(ChangeKind.NeedsMore, Up(value)),
            (false, Comparison.Equal or Comparison.Between) when n < value => new Change(ChangeKind.NeedsMore, Up(value)),
            (false, Comparison.NotEqual) => new Change(ChangeKind.NeedsMore, step ?? 0),
            (false, Comparison.LessThan) => new Change(ChangeKind.NeedsLess, n - value),
            (false, _) => new Change(ChangeKind.NeedsLess, n - (op == Comparison.Between ? to ?? value : value)),
        };
    }

    /// <summary>Whether something that happens now can still count.</summary>
    private static bool Open(Window when, DateTimeOffset asOf) => when.Kind != WindowKind.Between || when.To!.Value >= DateOnly.FromDateTime(asOf.UtcDateTime.AddDays(-1));
}
