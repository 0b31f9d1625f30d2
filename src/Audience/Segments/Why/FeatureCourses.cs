using BehaviorDashboard.Events;
using BehaviorDashboard.Features;

namespace BehaviorDashboard.Segments;

/// <summary>
/// How conditions on figures hold over time: the figure is added up again from the person's events, as the running row was.
/// Figures whose past is not in the events have no course.
/// </summary>
internal sealed class FeatureCourses(string currency)
{
    private sealed record Figure(Func<PersonEvent, bool> Counts, Func<PersonEvent, decimal> Amount, Func<PersonEvent, bool>? Per = null);

    /// <summary>The events a figure is made of; of a figure of days, the latest or first of these is asked.</summary>
    public IReadOnlyList<PersonEvent> Behind(string feature, IReadOnlyList<PersonEvent> events) => feature switch
    {
        "days_since_last_order" => [.. events.Where(IsOrder).TakeLast(1)],
        "days_since_first_order" => [.. events.Where(IsOrder).Take(1)],
        "days_since_last_rating" => [.. events.Where(IsRating).TakeLast(1)],
        "review_last" => [.. events.Where(IsRating).TakeLast(1)],
        "days_since_last_seen" => [.. events.TakeLast(1)],
        "days_since_first_seen" => [.. events.Take(1)],
        _ => Of(feature) is { } figure ? [.. events.Where(figure.Counts)] : [],
    };

    public Course? Course(FeatureRule rule, IReadOnlyList<PersonEvent> events)
    {
        if (PersonFeatures.Find(rule.Feature)?.Kind == FeatureKind.DaysSince) return Days(rule, events);
        if (Of(rule.Feature) is not { } figure) return null;
        var values = new List<(DateTimeOffset At, decimal? Value)>();
        decimal sum = 0, per = 0;
        decimal? least = null, newest = null;
        DateTimeOffset? rated = null;
        var sessions = new HashSet<string>();
        foreach (var e in events)
        {
            var opens = e.Session is { } session && sessions.Add(session);
            if (rule.Feature == "sessions" ? opens : figure.Counts(e)) sum += figure.Amount(e);
            if (rule.Feature == "browse_depth" ? opens : figure.Per?.Invoke(e) == true) per += PerAmount(rule.Feature, e);
            if (IsRating(e))
            {
                var rating = (decimal)e.Rating!.Value;
                least = rating < least ? rating : least ?? rating;
                (newest, rated) = (rated == e.When && newest < rating ? newest : rating, e.When);
            }
            values.Add((e.When, rule.Feature switch { "review_min" => least, "review_last" => newest, _ => !HasDivisor(rule.Feature) ? sum : per == 0 ? null : sum / per }));
        }
        var times = values.ConvertAll(v => v.At);
        return new Course(Holds, [.. events.Select(e => new Turn(e.When, e))]);

        bool Holds(DateTimeOffset t)
        {
            var last = times.BinarySearch(t);
            if (last < 0) last = ~last - 1;
            while (last + 1 < times.Count && times[last + 1] <= t) last++;
            decimal? value = last >= 0 ? values[last].Value : HasDivisor(rule.Feature) || rule.Feature is "review_min" or "review_last" ? null : 0;
            return Compare(rule, value);
        }

        static bool Compare(FeatureRule rule, decimal? value) => rule.Op switch
        {
            Comparison.Known => value is not null,
            Comparison.Unknown => value is null,
            _ => value is { } v && Comparing.Holds(v, rule.Op, rule.Value!.Value, rule.To),
        };
    }

    private static Course Days(FeatureRule rule, IReadOnlyList<PersonEvent> events)
    {
        var last = rule.Feature.Contains("_last_", StringComparison.Ordinal);
        Func<PersonEvent, bool> marked = rule.Feature.EndsWith("_order", StringComparison.Ordinal) ? IsOrder : rule.Feature.EndsWith("_rating", StringComparison.Ordinal) ? IsRating : _ => true;
        var marks = events.Where(marked).ToList();
        if (!last) marks = [.. marks.Take(1)];
        var days = new[] { rule.Value, rule.To }.OfType<decimal>().Select(d => (double)d).ToList();
        return new Course(Holds, [.. marks.SelectMany(e => days.SelectMany(d => new[] { e.When.AddDays(d), e.When.AddDays(d).AddMicroseconds(1) }).Append(e.When).Select(t => new Turn(t, e)))]);

        bool Holds(DateTimeOffset t) => (marks.LastOrDefault(e => e.When <= t), rule.Op) switch
        {
            (var mark, Comparison.Known) => mark is not null,
            (var mark, Comparison.Unknown) => mark is null,
            (null, _) => false,
            var (mark, op) => Comparing.Holds((decimal)(t - mark.When).Ticks / TimeSpan.TicksPerDay, op, rule.Value!.Value, rule.To),
        };
    }

    private Figure? Of(string feature) => feature switch
    {
        "orders" => Counting(EventNames.OrderCompleted),
        "refunds" => Counting(EventNames.OrderRefunded),
        "product_views" => Counting(EventNames.ProductViewed),
        "searches" => Counting(EventNames.ProductsSearched),
        "cart_adds" => Counting(EventNames.ProductAdded),
        "checkouts" => Counting(EventNames.CheckoutStarted),
        "reviews" => Counting(EventNames.ProductReviewed),
        "page_views" => new Figure(IsPage, _ => 1),
        "events" => new Figure(e => e.Type != EventTypes.Item, _ => 1),
        "sessions" => new Figure(_ => false, _ => 1),
        "units" => new Figure(IsLine, e => e.Quantity ?? 0),
        "revenue" => new Figure(e => IsOrder(e) && InShopCurrency(e), e => e.Seen.Amount ?? 0),
        "net_revenue" => new Figure(e => (IsOrder(e) || Is(e, EventNames.OrderRefunded)) && InShopCurrency(e), e => e.Seen.Amount ?? 0),
        "average_order" => new Figure(e => IsOrder(e) && InShopCurrency(e), e => e.Seen.Amount ?? 0, IsOrder),
        "units_per_order" => new Figure(IsLine, e => e.Quantity ?? 0, IsOrder),
        "refund_share" => new Figure(e => Is(e, EventNames.OrderRefunded) && InShopCurrency(e), e => -(e.Seen.Amount ?? 0), e => IsOrder(e) && InShopCurrency(e)),
        "browse_depth" => new Figure(e => IsPage(e) || Is(e, EventNames.ProductViewed), _ => 1),
        "review_mean" => new Figure(IsRating, e => (decimal)e.Rating!.Value, IsRating),
        "review_min" or "review_last" => new Figure(IsRating, _ => 0),
        "discount_share" => new Figure(e => IsOrder(e) && e.Discounted, _ => 1, IsOrder),
        _ => null,
    };

    private static bool HasDivisor(string feature) => feature is "discount_share" or "average_order" or "units_per_order" or "refund_share" or "browse_depth" or "review_mean";

    private static decimal PerAmount(string feature, PersonEvent e) => feature == "refund_share" ? e.Seen.Amount ?? 0 : 1;

    private static Figure Counting(string name) => new(e => Is(e, name), _ => 1);

    private static bool Is(PersonEvent e, string name) => e.Type == EventTypes.Track && e.Seen.Name == name;

    private static bool IsOrder(PersonEvent e) => Is(e, EventNames.OrderCompleted);

    private static bool IsRating(PersonEvent e) => Is(e, EventNames.ProductReviewed) && e.Rating is not null;

    private static bool IsPage(PersonEvent e) => e.Type is EventTypes.Page or EventTypes.Screen;

    private static bool IsLine(PersonEvent e) => e.Type == EventTypes.Item && e.Seen.Name is EventNames.OrderCompleted or EventNames.OrderRefunded;

    private bool InShopCurrency(PersonEvent e) => e.Seen.Currency is null || e.Seen.Currency == currency;
}
