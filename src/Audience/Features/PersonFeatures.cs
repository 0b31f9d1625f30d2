namespace BehaviorDashboard.Features;

/// <summary>What a figure counts. <see cref="DaysSince"/> is kept as an instant and grows by itself; <see cref="Days"/> is a number of days.</summary>
public enum FeatureKind { Number, Money, Share, DaysSince, Days }

/// <summary>A figure a condition can ask for.</summary>
/// <param name="Sql">Over the row <c>p</c> of <c>profiles</c>; null where it is not known. For <see cref="FeatureKind.DaysSince"/> the instant.</param>
public sealed record PersonFeature(string Key, FeatureKind Kind, string Sql)
{
    /// <summary>As a floating number: days for <see cref="FeatureKind.DaysSince"/>, counted to an instant. Epochs are subtracted, not instants: DuckDB sends those through a calendar.</summary>
    /// <param name="asOf">The parameter that holds the instant.</param>
    public string Number(string asOf) => Kind == FeatureKind.DaysSince ? $"((cast(extract(epoch from cast({asOf} as timestamptz)) as double precision) - cast(extract(epoch from {Sql}) as double precision)) / 86400.0)" : $"cast({Sql} as double precision)";
}

/// <summary>What the running row of a person can answer. The glossary of these is docs/segments.md.</summary>
public static class PersonFeatures
{
    public static IReadOnlyList<PersonFeature> All { get; } =
    [
        new("orders", FeatureKind.Number, "p.orders"),
        new("net_revenue", FeatureKind.Money, "(p.revenue - p.refunded)"),
        new("revenue", FeatureKind.Money, "p.revenue"),
        new("average_order", FeatureKind.Money, "cast(p.revenue as double precision) / nullif(p.orders, 0)"),
        new("units", FeatureKind.Number, "p.units"),
        new("units_per_order", FeatureKind.Number, "cast(p.units as double precision) / nullif(p.orders, 0)"),
        new("refunds", FeatureKind.Number, "p.refunds"),
        new("refund_share", FeatureKind.Share, "cast(p.refunded as double precision) / nullif(p.revenue, 0)"),
        new("discount_share", FeatureKind.Share, "cast(p.discounted_orders as double precision) / nullif(p.orders, 0)"),
        new("days_since_last_order", FeatureKind.DaysSince, "p.last_order_at"),
        new("days_since_first_order", FeatureKind.DaysSince, "p.first_order_at"),
        new("days_since_last_seen", FeatureKind.DaysSince, "p.last_seen"),
        new("days_since_first_seen", FeatureKind.DaysSince, "p.first_seen"),
        new("sessions", FeatureKind.Number, "p.sessions"),
        new("browse_depth", FeatureKind.Number, "(p.page_views + p.product_views) * 1.0 / nullif(p.sessions, 0)"),
        new("page_views", FeatureKind.Number, "p.page_views"),
        new("product_views", FeatureKind.Number, "p.product_views"),
        new("searches", FeatureKind.Number, "p.searches"),
        new("cart_adds", FeatureKind.Number, "p.cart_adds"),
        new("checkouts", FeatureKind.Number, "p.checkouts"),
        new("reviews", FeatureKind.Number, "p.reviews"),
        new("review_mean", FeatureKind.Number, "p.rating_sum / nullif(p.rated, 0)"),
        new("review_min", FeatureKind.Number, "p.rating_min"),
        new("review_last", FeatureKind.Number, "p.last_rating"),
        new("days_since_last_rating", FeatureKind.DaysSince, "p.last_rated_at"),
        new("events", FeatureKind.Number, "p.events"),
        new("known", FeatureKind.Number, "(case when p.is_known then 1 else 0 end)"),
    ];

    private static readonly Dictionary<string, PersonFeature> ByKey = All.ToDictionary(f => f.Key);

    public static PersonFeature? Find(string key) => ByKey.GetValueOrDefault(key);
}
