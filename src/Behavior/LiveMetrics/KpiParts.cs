namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// What figures are folded from, in SQL over events: the same text makes the summary of a day and reads what is not summarised.
/// Each part can be added to the same part of another stretch of time.
/// </summary>
internal static class KpiParts
{
    /// <summary>Who was there in which session, of <see cref="VisitColumns"/>.</summary>
    public const string Visits = """
        select user_id, session_id, bool_or(name = 'Product Added') as cart, bool_or(name = 'Checkout Started') as checkout, bool_or(name = 'Order Completed') as ordered,
            bool_or(type = 'track' and name = 'Order Completed') as bought
        from e where type <> 'item' group by user_id, session_id
        """;

    public const string VisitColumns = "ev.type, ev.name, ev.user_id, ev.session_id";

    /// <summary>Every product that an event named, of <see cref="ProductColumns"/>.</summary>
    public const string Products = $"""
        select product_id, currency, max(category) as category, max(seen) as seen, cast(coalesce(sum(views), 0) as bigint) as views, cast(coalesce(sum(lines), 0) as bigint) as lines,
            cast(coalesce(sum(units), 0) as bigint) as units, cast(coalesce(sum(revenue), 0) as decimal(18, 4)) as revenue
        from ({ProductEvents}) p group by product_id, currency
        """;

    /// <summary>What each event did to a product.</summary>
    private const string ProductEvents = """
        select product_id, currency, category, occurred_at as seen, cast(case when type = 'track' and name = 'Product Viewed' then 1 end as bigint) as views,
            cast(case when type = 'item' and name = 'Order Completed' then 1 end as bigint) as lines,
            cast(case when type = 'item' and name = 'Order Completed' then quantity end as bigint) as units,
            case when type = 'item' and name = 'Order Completed' then price * quantity end as revenue
        from e where product_id is not null
        """;

    public const string ProductColumns = "ev.type, ev.name, ev.product_id, ev.category, ev.price, ev.quantity, ev.currency, ev.occurred_at";

    /// <summary>The same not added up yet, and the days between. The types are the table's: PostgreSQL reads the two beside each other only then.</summary>
    public const string ProductsAndDays = $"""
        {ProductEvents}
        union all
        select product_id, currency, category, seen, views, lines, units, revenue from day_products where day >= @A and day < @B
        """;

    /// <summary>Categories and searches without result, of <see cref="RankColumns"/>.</summary>
    public const string Ranks = """
        select 'category' as kind, category as name, currency, count(*) filter (where type = 'track') as times,
            cast(coalesce(sum(quantity) filter (where type = 'item'), 0) as bigint) as units, cast(coalesce(sum(price * quantity) filter (where type = 'item'), 0) as decimal(18, 4)) as revenue
        from e where category is not null and (type = 'item' and name = 'Order Completed' or type = 'track' and name = 'Product Viewed') group by category, currency
        union all
        select 'search', query, cast(null as text), count(*), cast(0 as bigint), cast(0 as decimal(18, 4)) from e
        where type = 'track' and name = 'Products Searched' and results = '0' and query is not null group by query
        """;

    public const string RankColumns = $"{ProductColumns}, ev.query, {Results}";

    /// <summary>Columns of <see cref="Counts"/>.</summary>
    public const string CountColumns = $"ev.type, ev.name, ev.session_id, ev.quantity, ev.currency, ev.revenue, ev.occurred_at, {Results}";

    private const string Results = "case when ev.type = 'track' and ev.name = 'Products Searched' then ev.properties ->> 'results' end as results";

    /// <summary>The events of [From, A) and [B, To): what lies between is summarised. Two halves, so that neither engine reads more than them.</summary>
    public static string Events(string columns) => $"""
        e as (
            select {columns} from events ev where ev.occurred_at >= @From and ev.occurred_at < @A
            union all
            select {columns} from events ev where ev.occurred_at >= @B and ev.occurred_at < @To)
        """;

    /// <summary>Counts and sums by currency.</summary>
    /// <param name="bucket">The point in time an event is counted at.</param>
    public static string Counts(string bucket) => $"""
        select {bucket} as day, currency, count(*) filter (where type <> 'item') as events,
            count(*) filter (where type = 'track' and name = 'Product Viewed') as views, count(*) filter (where type = 'track' and name = 'Order Completed') as orders,
            cast(coalesce(sum(quantity) filter (where type = 'item' and name = 'Order Completed'), 0) as bigint) as units,
            {Sum("Order Completed")} as gross, {Sum("Order Refunded")} as refunds, {Sum("Revenue Adjusted")} as adjustments,
            count(*) filter (where type = 'track' and name = 'Products Searched') as searches,
            count(*) filter (where type = 'track' and name = 'Products Searched' and results = '0') as unmet,
            count(*) filter (where type = 'track' and revenue is not null) as amounts
        from e group by 1, 2
        """;

    private static string Sum(string name) => $"cast(coalesce(sum(revenue) filter (where type = 'track' and name = '{name}'), 0) as decimal(18, 4))";
}
