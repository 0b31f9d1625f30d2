using BehaviorDashboard.Learning;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Predictions;

/// <summary>An order as models count it.</summary>
internal sealed record OrderRow(string Person, DateTimeOffset At, double Value, double Units);

/// <summary>A product line of an order.</summary>
internal sealed record LineRow(string Person, DateTimeOffset At, string ProductId, string? Category, double Price, int Quantity);

/// <summary>
/// What was known of people at an instant, from events before it and nothing else: the running rows know too much, since they
/// tell of today. Whoever refused analytics is left out.
/// </summary>
/// <param name="refused">A select of SQL whose <c>user_id</c> may not be learned from; null where nobody can refuse.</param>
internal sealed class HistoryStore(Database database, Func<string?> refused)
{
    private const string Order = "(e.type = 'track' and e.name = 'Order Completed')";

    /// <summary>Features by their key: an aggregate over a person's events before <c>@AsOf</c>.</summary>
    public static IReadOnlyList<(string Key, string Sql)> Aggregates { get; } =
    [
        ("orders", Count(Order)), ("orders_30", Count(Within(30, Order))), ("orders_90", Count(Within(90, Order))), ("orders_180", Count(Within(180, Order))),
        ("revenue", Sum($"e.revenue", "e.type = 'track'")), ("revenue_90", Sum("e.revenue", Within(90, "e.type = 'track'"))),
        ("days_since_last_order", Days("max", Order)), ("days_since_first_order", Days("min", Order)), ("days_since_last_seen", Days("max", "true")), ("days_since_first_seen", Days("min", "true")),
        ("refunds", Count("e.type = 'track' and e.name = 'Order Refunded'")),
        ("units", Sum("e.quantity", "e.type = 'item' and e.name = 'Order Completed'")),
        ("sessions_30", $"cast(count(distinct e.session_id) filter (where {Within(30, "true")}) as double precision)"),
        ("sessions_90", $"cast(count(distinct e.session_id) filter (where {Within(90, "true")}) as double precision)"),
        ("product_views_7", Count(Within(7, Named("Product Viewed")))), ("product_views_30", Count(Within(30, Named("Product Viewed")))), ("product_views_90", Count(Within(90, Named("Product Viewed")))),
        ("cart_adds_7", Count(Within(7, Named("Product Added")))), ("cart_adds_30", Count(Within(30, Named("Product Added")))),
        ("checkouts_30", Count(Within(30, Named("Checkout Started")))), ("searches_30", Count(Within(30, Named("Products Searched")))),
        ("mails_opened_90", Count(Within(90, Named("Email Opened")))), ("reviews", Count(Named("Product Reviewed"))), ("review_mean", "avg(e.rating) filter (where e.name = 'Product Reviewed')"),
    ];

    private const string OrderSql = $"""
        select e.user_id as Person, e.occurred_at as At, cast(coalesce(e.revenue, 0) as double precision) as Value, coalesce(l.units, 1) as Units
        from events e left join (select i.user_id, i.order_id, cast(sum(i.quantity) as double precision) as units from events i
            where i.type = 'item' and i.name = 'Order Completed' and i.occurred_at < @AsOf group by 1, 2) l on l.user_id = e.user_id and l.order_id = e.order_id
        where {Order} and e.user_id <> '' and e.occurred_at < @AsOf
        """;

    private const string LineSql = """
        select e.user_id as Person, e.occurred_at as At, e.product_id as ProductId, e.category as Category, cast(e.price as double precision) as Price, coalesce(e.quantity, 1) as Quantity
        from events e where e.type = 'item' and e.name = 'Order Completed' and e.user_id <> '' and e.product_id is not null and e.occurred_at >= @From and e.occurred_at < @AsOf
        """;

    private const string ViewSql = """
        select e.user_id as Person, e.category as Category, cast(count(*) as bigint) as Views
        from events e where e.type = 'track' and e.name = 'Product Viewed' and e.user_id <> '' and e.category is not null and e.occurred_at >= @From and e.occurred_at < @AsOf
        """;

    // The highest price at which a product was seen or sold in a week.
    private const string PriceSql = """
        select e.product_id as ProductId, cast(floor(extract(epoch from e.occurred_at) / 604800) as bigint) as Week, cast(max(e.price) as double precision) as Price
        from events e where e.product_id is not null and e.price > 0 and e.occurred_at >= @From and e.occurred_at < @AsOf group by 1, 2
        """;

    private const string EndSql = "select min(occurred_at) as First, max(occurred_at) as Last from events where occurred_at <= @Now";

    private sealed record Span(DateTimeOffset? First, DateTimeOffset? Last);

    public sealed record ViewCount(string Person, string Category, long Views);

    public sealed record WeekPrice(string ProductId, long Week, double Price);

    /// <summary>The first and the last event; null where there is none.</summary>
    public async Task<(DateTimeOffset First, DateTimeOffset Last)?> SpanAsync(DateTimeOffset now, CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<Span>(EndSql, new { Now = now }, cancel) is { First: { } first, Last: { } last } ? (first, last) : null;

    /// <summary>Orders before an instant, oldest first within a person.</summary>
    public Task<IReadOnlyList<OrderRow>> OrdersAsync(DateTimeOffset asOf, CancellationToken cancel) => database.QueryAsync<OrderRow>($"{OrderSql} {Allowed()} order by e.user_id, e.occurred_at", new { AsOf = asOf }, cancel);

    public Task<IReadOnlyList<LineRow>> LinesAsync(DateTimeOffset from, DateTimeOffset asOf, CancellationToken cancel) => database.QueryAsync<LineRow>($"{LineSql} {Allowed()} order by e.user_id, e.occurred_at", new { From = from, AsOf = asOf }, cancel);

    public Task<IReadOnlyList<ViewCount>> ViewsAsync(DateTimeOffset from, DateTimeOffset asOf, CancellationToken cancel) => database.QueryAsync<ViewCount>($"{ViewSql} {Allowed()} group by 1, 2", new { From = from, AsOf = asOf }, cancel);

    public Task<IReadOnlyList<WeekPrice>> PricesAsync(DateTimeOffset from, DateTimeOffset asOf, CancellationToken cancel) => database.QueryAsync<WeekPrice>(PriceSql, new { From = from, AsOf = asOf }, cancel);

    /// <summary>Features of everybody who was known at an instant and had been seen in the year before it.</summary>
    /// <param name="people">Only these; null: everybody.</param>
    /// <remarks>Known: some event came under an id of the shop's own, not a device's; what became known later does not count.</remarks>
    public Task<(List<string> People, LearningRows Rows)> FeaturesAsync(DateTimeOffset asOf, IReadOnlyList<string>? people, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        var (keys, values) = (new List<string>(), new List<float>());
        var only = people is null ? "" : "and e.user_id = any(@People)";
        var sql = $"""
            select e.user_id as person, {string.Join(", ", Aggregates.Select(a => $"{a.Sql} as {a.Key}"))}
            from events e where e.user_id <> '' and e.occurred_at < @AsOf {only} {Allowed()}
            group by e.user_id
            having count(*) filter (where coalesce(e.given_id, e.user_id) not like 'anon:%') > 0 and max(e.occurred_at) >= cast(@AsOf as timestamptz) - interval '365 days'
            order by e.user_id
            """;
        await session.ReadRowsAsync(sql, people is null ? new { AsOf = asOf } : new { AsOf = asOf, People = SqlList.Of(people) }, row =>
        {
            keys.Add(row.GetString(0));
            for (var f = 0; f < Aggregates.Count; f++) values.Add(row.IsDBNull(f + 1) ? float.NaN : (float)row.GetDouble(f + 1));
        });
        return (keys, new LearningRows([.. Aggregates.Select(a => a.Key)], [.. values], new double[keys.Count]));
    }, cancel);

    private string Allowed() => refused() is { } sql ? $"and not exists (select 1 from ({sql}) refused where refused.user_id = e.user_id)" : "";

    private static string Named(string name) => $"e.type = 'track' and e.name = '{name}'";

    private static string Within(int days, string what) => $"{what} and e.occurred_at >= cast(@AsOf as timestamptz) - interval '{days} days'";

    private static string Count(string where) => $"cast(count(*) filter (where {where}) as double precision)";

    private static string Sum(string what, string where) => $"cast(coalesce(sum({what}) filter (where {where}), 0) as double precision)";

    private static string Days(string which, string where) =>
        $"((cast(extract(epoch from cast(@AsOf as timestamptz)) as double precision) - cast(extract(epoch from {which}(e.occurred_at) filter (where {where})) as double precision)) / 86400.0)";
}
