using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Segments;

/// <summary>How conditions on events hold over time, from the events that match them (oldest first).</summary>
internal sealed class EventCourses(ShopClock clock, string currency)
{
    public Course Did(DidRule rule, IReadOnlyList<PersonEvent> events) => rule.Occasion switch
    {
        Occasion.First => new Course(t => First(events, t) is { } e && Inside(e.When, rule.When, t), Turns(rule.When, events)),
        Occasion.Last => new Course(t => Last(events, t) is { } e && Inside(e.When, rule.When, t), Turns(rule.When, events)),
        _ => Measured(rule, events),
    };

    public Course Favourite(FavouriteRule rule, IReadOnlyList<PersonEvent> events) =>
        new(t => Lead(rule, Counted(rule, events, t)) is 0, Turns(rule.When, events));

    /// <summary>The matching events that count at an instant.</summary>
    public IReadOnlyList<PersonEvent> Counted(FavouriteRule rule, IReadOnlyList<PersonEvent> events, DateTimeOffset at) =>
        [.. events.Where(e => Value(rule, e) is not null && Inside(e.When, rule.When, at))];

    /// <summary>By how many events the favourite is ahead of the best of the rule's values: 0 where that is a favourite itself; null: there is none at all.</summary>
    public static int? Lead(FavouriteRule rule, IReadOnlyList<PersonEvent> counted)
    {
        var counts = counted.GroupBy(e => Value(rule, e)!).Select(g => (Value: g.Key, Count: g.Count())).ToList();
        return counts.Count == 0 ? null : counts.Max(c => c.Count) - counts.Where(c => rule.Values.Contains(c.Value, StringComparer.InvariantCultureIgnoreCase)).Select(c => c.Count).DefaultIfEmpty().Max();
    }

    private static string? Value(FavouriteRule rule, PersonEvent e) => rule.Of == FavouriteOf.Category ? e.Category : e.Seen.Product;

    /// <summary>Pairs that count: the second events whose latest first event is near enough, with it.</summary>
    public static IReadOnlyList<(PersonEvent First, PersonEvent Then)> Pairs(SequenceRule rule, IReadOnlyList<PersonEvent> first, IReadOnlyList<PersonEvent> then) =>
        [.. then.Select(b => (First: first.LastOrDefault(a => a.When < b.When), Then: b)).Where(p => p.First is { } a && p.Then.When - a.When <= TimeSpan.FromHours(rule.WithinHours)).Select(p => (p.First!, p.Then))];

    public Course Sequence(SequenceRule rule, IReadOnlyList<(PersonEvent First, PersonEvent Then)> pairs) =>
        new(t => pairs.Any(p => Inside(p.Then.When, rule.When, t)), Turns(rule.When, [.. pairs.Select(p => p.Then)]));

    /// <summary>The matching events that count at an instant.</summary>
    public IReadOnlyList<PersonEvent> Counted(DidRule rule, IReadOnlyList<PersonEvent> events, DateTimeOffset at) => rule.Occasion switch
    {
        Occasion.First => First(events, at) is { } e ? [e] : [],
        Occasion.Last => Last(events, at) is { } e ? [e] : [],
        _ => [.. events.Where(e => Inside(e.When, rule.When, at))],
    };

    public decimal Measure(DidRule rule, IEnumerable<PersonEvent> counted) => rule.Measure switch
    {
        Segments.Measure.Count => counted.Count(),
        Segments.Measure.Revenue => counted.Where(e => e.Seen.Currency is null || e.Seen.Currency == currency).Sum(e => e.Seen.Amount ?? 0),
        Segments.Measure.Units => counted.Sum(e => e.Quantity ?? 0),
        Segments.Measure.Products => counted.Select(e => e.Seen.Product).OfType<string>().Distinct().Count(),
        _ => counted.Select(e => e.Category).OfType<string>().Distinct().Count(),
    };

    private Course Measured(DidRule rule, IReadOnlyList<PersonEvent> events)
    {
        var times = events.Select(e => e.When).ToArray();
        // Sums of all events before each; what is counted once only is counted anew.
        var sums = new decimal[events.Count + 1];
        for (var i = 0; i < events.Count; i++) sums[i + 1] = sums[i] + (rule.Measure is Segments.Measure.Products or Segments.Measure.Categories ? 0 : Measure(rule, [events[i]]));
        return new Course(Holds, Turns(rule.When, events));

        bool Holds(DateTimeOffset t)
        {
            if (t < DateTimeOffset.UnixEpoch) return Comparing.Holds(0, rule.Op, rule.Value, rule.To);
            var (after, until) = rule.When.At(t, clock);
            var (from, to) = (UpTo(times, after), UpTo(times, until < t ? until : t));
            var n = to <= from ? 0 : rule.Measure is Segments.Measure.Products or Segments.Measure.Categories ? Measure(rule, events.Skip(from).Take(to - from)) : sums[to] - sums[from];
            return Comparing.Holds(n, rule.Op, rule.Value, rule.To);
        }
    }

    private static PersonEvent? First(IReadOnlyList<PersonEvent> events, DateTimeOffset at) => events.Count > 0 && events[0].When <= at ? events[0] : null;

    private static PersonEvent? Last(IReadOnlyList<PersonEvent> events, DateTimeOffset at) => events.LastOrDefault(e => e.When <= at);

    private bool Inside(DateTimeOffset at, Window when, DateTimeOffset asOf)
    {
        if (at > asOf) return false;
        var (after, until) = when.At(asOf, clock);
        return at > after && at <= until;
    }

    private static List<Turn> Turns(Window when, IReadOnlyList<PersonEvent> events) =>
        [.. events.Select(e => new Turn(e.When, e)), .. when.Days is { } days ? events.Select(e => new Turn(e.When.AddDays(days), e)) : []];

    /// <summary>How many instants are not later.</summary>
    private static int UpTo(DateTimeOffset[] times, DateTimeOffset at)
    {
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (times[middle] <= at) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
