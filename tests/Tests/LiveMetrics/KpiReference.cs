using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Tests.LiveMetrics;

/// <summary>The KPI catalogue over the raw events and nothing else, each figure by a question of its own.</summary>
internal static class KpiReference
{
    private const string Events = """
        e as (
            select ev.type, ev.name, ev.session_id, nullif(coalesce(i.user_id, ev.user_id), '') as person, ev.revenue, ev.quantity, ev.price, ev.product_id, ev.category,
                ev.query, (ev.currency is null or ev.currency = @Currency) as in_shop_currency,
                case when ev.type = 'track' and ev.name = 'Products Searched' then ev.properties ->> 'results' end as results
            from events ev left join identities i on i.alias = ev.user_id
            where ev.occurred_at >= @From and ev.occurred_at < @To)
        """;

    private const string Values = $"""
        with {Events},
        s as (
            select session_id, bool_or(name = 'Product Added') as cart, bool_or(name = 'Order Completed') as ordered, bool_or(name = 'Checkout Started') as checkout
            from e where session_id is not null and type <> 'item' group by session_id)
        select
            (select count(*) from e where type <> 'item') as Events,
            (select count(distinct person) from e where type <> 'item') as ActivePeople,
            (select count(*) from s) as Sessions,
            (select count(*) from s where cart) as Carts,
            (select count(*) from s where checkout) as Checkouts,
            (select count(*) from s where ordered) as SessionsWithOrder,
            (select count(*) from s where cart and not ordered) as AbandonedCarts,
            count(*) filter (where type = 'track' and name = 'Product Viewed') as ProductViews,
            count(*) filter (where type = 'track' and name = 'Order Completed') as Orders,
            count(distinct person) filter (where type = 'track' and name = 'Order Completed') as Customers,
            cast(coalesce(sum(quantity) filter (where type = 'item' and name = 'Order Completed'), 0) as bigint) as Units,
            cast(coalesce(sum(revenue) filter (where type = 'track' and name = 'Order Completed' and in_shop_currency), 0) as decimal(18, 4)) as GrossRevenue,
            cast(coalesce(-sum(revenue) filter (where type = 'track' and name = 'Order Refunded' and in_shop_currency), 0) as decimal(18, 4)) as Refunds,
            cast(coalesce(sum(revenue) filter (where type = 'track' and name = 'Revenue Adjusted' and in_shop_currency), 0) as decimal(18, 4)) as Adjustments,
            count(*) filter (where type = 'track' and name = 'Products Searched') as Searches,
            count(*) filter (where type = 'track' and name = 'Products Searched' and results = '0') as ZeroResultSearches
        from e
        """;

    private static string TopBy(string column) => $"""
        with {Events} select {column} as Id, count(*) filter (where type = 'track' and name = 'Product Viewed') as Views,
            cast(coalesce(sum(quantity) filter (where type = 'item' and name = 'Order Completed'), 0) as bigint) as Units,
            cast(coalesce(sum(price * quantity) filter (where type = 'item' and name = 'Order Completed' and in_shop_currency), 0) as decimal(18, 4)) as Revenue
        from e where {column} is not null and (type = 'item' and name = 'Order Completed' or type = 'track' and name = 'Product Viewed')
        group by {column} order by 4 desc, 2 desc, 1 limit 10
        """;

    private const string Unmet = $"""
        with {Events} select query as Query, count(*) as Count from e
        where type = 'track' and name = 'Products Searched' and results = '0' and query is not null group by query order by 2 desc, 1 limit 10
        """;

    private static string Per(string bucket) => $"""
        select {bucket} as At, count(*) filter (where type = 'track' and name = 'Order Completed') as Orders,
            cast(coalesce(sum(revenue) filter (where type = 'track' and name in ('Order Completed', 'Order Refunded', 'Revenue Adjusted')
                and (currency is null or currency = @Currency)), 0) as decimal(18, 4)) as Revenue,
            count(distinct session_id) filter (where type <> 'item') as Sessions
        from events where occurred_at >= @From and occurred_at < @To group by 1 order by 1
        """;

    private const string Foreign = """
        select currency as Query, count(*) as Count from events
        where occurred_at >= @From and occurred_at < @To and type = 'track' and revenue is not null and currency is not null and currency <> @Currency group by 1 order by 2 desc, 1
        """;

    /// <summary>Everything a report says, line by line.</summary>
    public static async Task<List<string>> LinesAsync(Database database, TimeRange range, ShopClock clock, string currency)
    {
        var bucket = range.Length.TotalHours <= 3 ? "date_trunc('minute', occurred_at)" : range.Length.TotalDays <= 3 ? "date_trunc('hour', occurred_at)" : "date_trunc('day', occurred_at at time zone @Zone) at time zone @Zone";
        object Of(TimeRange r) => new { r.From, r.To, Currency = currency };
        object Zoned(TimeRange r) => new { r.From, r.To, Currency = currency, Zone = clock.ZoneName };
        return Lines(await database.FirstOrDefaultAsync<KpiValues>(Values, Of(range)), await database.FirstOrDefaultAsync<KpiValues>(Values, Of(range.Previous)),
            await database.QueryAsync<KpiPoint>(Per(bucket), Zoned(range)), await database.QueryAsync<KpiPoint>(Per(bucket), Zoned(range.Previous)),
            await database.QueryAsync<Ranked>(TopBy("product_id"), Of(range)), await database.QueryAsync<Ranked>(TopBy("category"), Of(range)),
            await database.QueryAsync<UnmetSearch>(Unmet, Of(range)), await database.QueryAsync<UnmetSearch>(Foreign, Of(range)));
    }

    public static List<string> Lines(KpiReport r) => Lines(r.Now, r.Before, r.Series, r.SeriesBefore, r.Products, r.Categories, r.UnmetSearches, r.ForeignCurrencies);

    private static List<string> Lines(KpiValues? now, KpiValues? before, IReadOnlyList<KpiPoint> series, IReadOnlyList<KpiPoint> seriesBefore, IReadOnlyList<Ranked> products, IReadOnlyList<Ranked> categories,
        IReadOnlyList<UnmetSearch> unmet, IReadOnlyList<UnmetSearch> foreign) =>
    [
        $"{now}", $"{before}", .. series.Select(p => $"{p}"), .. seriesBefore.Select(p => $"before: {p}"), .. products.Select(p => $"{p with { Title = "" }}"), .. categories.Select(c => $"{c with { Title = "" }}"),
        .. unmet.Select(u => $"{u}"), .. foreign.Select(f => $"foreign: {f}"),
    ];
}
