using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>The KPI catalogue in SQL, for any range. <see cref="Tally"/> is the same catalogue folded event by event; a property test holds them together.</summary>
internal sealed class KpiStore(Database database)
{
    private const string Events = """
        e as (
            select ev.type, ev.name, ev.session_id, coalesce(i.user_id, nullif(ev.user_id, '')) as person, ev.revenue, ev.quantity, ev.price, ev.product_id, ev.category,
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

    private static readonly string TopProducts = TopBy("product_id");

    private static readonly string TopCategories = TopBy("category");

    private static string TopBy(string column) => $"""
        with {Events} select {column} as Id, count(*) filter (where type = 'track' and name = 'Product Viewed') as Views,
            cast(coalesce(sum(quantity) filter (where type = 'item' and name = 'Order Completed'), 0) as bigint) as Units,
            cast(coalesce(sum(price * quantity) filter (where type = 'item' and name = 'Order Completed' and in_shop_currency), 0) as decimal(18, 4)) as Revenue
        from e where {column} is not null and (type = 'item' and name = 'Order Completed' or type = 'track' and name = 'Product Viewed')
        group by {column} order by 4 desc, 2 desc, 1 limit @Limit
        """;

    private const string Unmet = $"""
        with {Events} select query as Query, count(*) as Count from e
        where type = 'track' and name = 'Products Searched' and results = '0' and query is not null group by query order by 2 desc, 1 limit @Limit
        """;

    private static readonly string PerDay = Per("date_trunc('day', occurred_at at time zone @Zone) at time zone @Zone");

    private static readonly string PerHour = Per("date_trunc('hour', occurred_at)");

    private static readonly string PerMinute = Per("date_trunc('minute', occurred_at)");

    private static string Per(string bucket) => $"""
        select {bucket} as At, count(*) filter (where type = 'track' and name = 'Order Completed') as Orders,
            cast(coalesce(sum(revenue) filter (where type = 'track' and name in ('Order Completed', 'Order Refunded', 'Revenue Adjusted')
                and (currency is null or currency = @Currency)), 0) as decimal(18, 4)) as Revenue,
            count(distinct session_id) as Sessions
        from events where occurred_at >= @From and occurred_at < @To group by 1 order by 1
        """;

    private const string Foreign = """
        select currency as Query, count(*) as Count from events
        where occurred_at >= @From and occurred_at < @To and type = 'track' and revenue is not null and currency is not null and currency <> @Currency group by 1 order by 2 desc
        """;

    private const string Scan = """
        select e.message_id as MessageId, e.received_at as ReceivedAt, e.occurred_at as At, e.type as Type, e.name as Name,
            coalesce(i.user_id, nullif(e.user_id, '')) as Person, e.session_id as Session, e.product_id as Product, e.category as Category, e.price as Price,
            e.quantity as Quantity, e.currency as Currency, e.revenue as Revenue, e.query as Query,
            case when e.type = 'track' and e.name = 'Products Searched' then e.properties ->> 'results' end as Results
        from events e left join identities i on i.alias = e.user_id where e.occurred_at >= @Since
        """;

    // In the order in which the product saw them; what was told too late to be live stands at its own time.
    private static readonly string Replay = $"""
        {Scan} and e.occurred_at < @Until
        order by case when e.received_at > e.occurred_at and {Dialect.EpochSeconds("e.received_at")} - {Dialect.EpochSeconds("e.occurred_at")} <= @Seconds then e.received_at else e.occurred_at end, e.message_id
        """;

    /// <summary>Reads what the windows are made of, as one moment of the store; people are whole persons.</summary>
    public Task<bool> ScanAsync(DateTimeOffset since, Action<ScannedEvent> take, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        await foreach (var e in session.StreamAsync<ScannedEvent>(Scan, new { Since = since })) take(e);
        return true;
    }, cancel);

    /// <summary>Reads the events of a stretch of time in the order in which the product saw them.</summary>
    public Task<bool> ReplayAsync(DateTimeOffset since, DateTimeOffset until, TimeSpan liveWithin, Action<ScannedEvent> take, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        await foreach (var e in session.StreamAsync<ScannedEvent>(Replay, new { Since = since, Until = until, Seconds = (long)liveWithin.TotalSeconds })) take(e);
        return true;
    }, cancel);

    public async Task<KpiValues> ValuesAsync(TimeRange range, string currency, CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<KpiValues>(Values, new { range.From, range.To, Currency = currency }, cancel) ?? KpiValues.None;

    public Task<IReadOnlyList<Ranked>> ProductsAsync(TimeRange range, string currency, int limit, CancellationToken cancel) =>
        database.QueryAsync<Ranked>(TopProducts, new { range.From, range.To, Currency = currency, Limit = limit }, cancel);

    public Task<IReadOnlyList<Ranked>> CategoriesAsync(TimeRange range, string currency, int limit, CancellationToken cancel) =>
        database.QueryAsync<Ranked>(TopCategories, new { range.From, range.To, Currency = currency, Limit = limit }, cancel);

    public Task<IReadOnlyList<UnmetSearch>> UnmetAsync(TimeRange range, string currency, int limit, CancellationToken cancel) =>
        database.QueryAsync<UnmetSearch>(Unmet, new { range.From, range.To, Currency = currency, Limit = limit }, cancel);

    /// <summary>Orders, net revenue and sessions by minute, hour or shop day, whichever gives a readable number of points.</summary>
    public Task<IReadOnlyList<KpiPoint>> SeriesAsync(TimeRange range, string currency, string zone, CancellationToken cancel) =>
        database.QueryAsync<KpiPoint>(range.Length.TotalHours <= 3 ? PerMinute : range.Length.TotalDays <= 3 ? PerHour : PerDay,
            new { range.From, range.To, Currency = currency, Zone = zone }, cancel);

    /// <summary>Orders and refunds in currencies without a rate, which no total holds.</summary>
    public Task<IReadOnlyList<UnmetSearch>> ForeignAsync(TimeRange range, string currency, CancellationToken cancel) =>
        database.QueryAsync<UnmetSearch>(Foreign, new { range.From, range.To, Currency = currency }, cancel);
}

/// <summary>One point of the series over time.</summary>
public sealed record KpiPoint(DateTimeOffset At, long Orders, decimal Revenue, long Sessions);

/// <summary>A stored event as it is read to rebuild the windows.</summary>
internal sealed record ScannedEvent(string MessageId, DateTimeOffset ReceivedAt, DateTimeOffset At, string Type, string Name, string? Person, string? Session, string? Product,
    string? Category, decimal? Price, int? Quantity, string? Currency, decimal? Revenue, string? Query, string? Results);
