using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Forecasting;

/// <summary>What a product sold in one week of the past.</summary>
/// <param name="WeeksBack">0: the seven days before the end.</param>
/// <param name="Sold">Units of completed orders less those given back in the same week.</param>
/// <param name="Paid">Mean price of a unit; null when nothing was sold.</param>
/// <param name="Searched">Of the views, those in a visit that searched.</param>
/// <param name="Unavailable">Of the views, those that found it sold out.</param>
internal sealed record SoldWeek(string ProductId, int WeeksBack, long Sold, double? Paid, long Views, long Carts, long Searched, long Unavailable);

/// <summary>Units of one day of the past, or of all days that lie a whole number of weeks from it.</summary>
/// <param name="Back">0: the day before the end.</param>
internal sealed record SoldDay(string ProductId, int Back, long Sold);

/// <summary>Weekly demand, read from the events in one pass.</summary>
internal sealed class DemandStore(Database database)
{
    private static readonly string Back = $"cast(floor((@End - 1 - {Dialect.EpochSeconds("occurred_at")}) / 86400.0) as integer)";

    private static readonly string Weeks = $"""
        select product_id as ProductId, back as WeeksBack, cast(coalesce(sum(units), 0) as bigint) as Sold,
            cast(sum(amount) as double precision) / nullif(cast(sum(units) filter (where units > 0) as double precision), 0) as Paid,
            cast(sum(viewed) as bigint) as Views, cast(sum(added) as bigint) as Carts, cast(sum(sought) as bigint) as Searched, cast(sum(missing) as bigint) as Unavailable
        from (
            select product_id, cast(floor((@End - 1 - {Dialect.EpochSeconds("occurred_at")}) / 604800.0) as integer) as back,
                case when type = 'item' and name in ('Order Completed', 'Order Refunded') then quantity end as units,
                case when type = 'item' and name = 'Order Completed' then price * quantity end as amount,
                case when type = 'track' and name = 'Product Viewed' then 1 else 0 end as viewed,
                case when type = 'track' and name = 'Product Added' then 1 else 0 end as added,
                case when type = 'track' and name = 'Product Viewed' and q.session is not null then 1 else 0 end as sought,
                case when type = 'track' and name = 'Product Viewed' and (properties ->> 'in_stock') = 'false' then 1 else 0 end as missing
            from events
            left join (select distinct session_id as session from events where type = 'track' and name = 'Products Searched' and session_id is not null and occurred_at >= @From and occurred_at < @To) q on q.session = session_id
            where product_id is not null and occurred_at >= @From and occurred_at < @To
                and ((type = 'item' and name in ('Order Completed', 'Order Refunded')) or (type = 'track' and name in ('Product Viewed', 'Product Added')))) e
        where (@All or product_id = any(@Ids))
        group by product_id, back
        """;

    private static readonly string Days = $"""
        select product_id as ProductId, {Back} as Back, cast(sum(quantity) as bigint) as Sold
        from events where (@All or product_id = any(@Ids)) and type = 'item' and name in ('Order Completed', 'Order Refunded') and occurred_at >= @From and occurred_at < @To and product_id is not null
        group by 1, 2
        """;

    private static readonly string Weekdays = $"""
        select product_id as ProductId, {Back} % 7 as Back, cast(sum(quantity) as bigint) as Sold
        from events where type = 'item' and name = 'Order Completed' and occurred_at >= @From and occurred_at < @To and product_id is not null
        group by 1, 2
        """;

    private const string First = "select min(occurred_at) from events where product_id is not null and type = 'item' and name = 'Order Completed'";

    /// <param name="products">Null: all.</param>
    public Task<IReadOnlyList<SoldWeek>> WeeksAsync(DateTimeOffset end, int weeks, IReadOnlyCollection<string>? products, CancellationToken cancel) => database.QueryAsync<SoldWeek>(Weeks,
        new { End = end.ToUnixTimeSeconds(), From = end.AddDays(-7 * weeks), To = end, All = products is null, Ids = SqlList.Of(products ?? []) }, cancel);

    /// <param name="products">Null: all.</param>
    public Task<IReadOnlyList<SoldDay>> DaysAsync(DateTimeOffset end, int days, IReadOnlyCollection<string>? products, CancellationToken cancel) => database.QueryAsync<SoldDay>(Days,
        new { End = end.ToUnixTimeSeconds(), From = end.AddDays(-days), To = end, All = products is null, Ids = SqlList.Of(products ?? []) }, cancel);

    /// <summary>Units of the last days, those that lie whole weeks from each other together.</summary>
    public Task<IReadOnlyList<SoldDay>> WeekdaysAsync(DateTimeOffset end, int days, CancellationToken cancel) => database.QueryAsync<SoldDay>(Weekdays, new { End = end.ToUnixTimeSeconds(), From = end.AddDays(-days), To = end }, cancel);

    public Task<DateTimeOffset?> FirstSaleAsync(CancellationToken cancel) => database.FirstOrDefaultAsync<DateTimeOffset?>(First, null, cancel);
}
