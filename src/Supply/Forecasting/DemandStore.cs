using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Forecasting;

/// <summary>What a product sold in one week of the past.</summary>
/// <param name="WeeksBack">0: the seven days before the end.</param>
/// <param name="Sold">Units of completed orders less those given back in the same week.</param>
/// <param name="Paid">Mean price of a unit; null when nothing was sold.</param>
/// <param name="Unavailable">Of the views, those that found it sold out.</param>
internal sealed record SoldWeek(string ProductId, int WeeksBack, long Sold, double? Paid, long Views, long Carts, long Unavailable);

/// <summary>Weekly demand, read from the events in one pass.</summary>
internal sealed class DemandStore(Database database)
{
    private static readonly string Weeks = $"""
        select product_id as ProductId, back as WeeksBack, cast(coalesce(sum(units), 0) as bigint) as Sold,
            cast(sum(amount) as double precision) / nullif(cast(sum(units) filter (where units > 0) as double precision), 0) as Paid,
            cast(sum(viewed) as bigint) as Views, cast(sum(added) as bigint) as Carts, cast(sum(missing) as bigint) as Unavailable
        from (
            select product_id, cast(floor((@End - 1 - {Dialect.EpochSeconds("occurred_at")}) / 604800.0) as integer) as back,
                case when type = 'item' and name in ('Order Completed', 'Order Refunded') then quantity end as units,
                case when type = 'item' and name = 'Order Completed' then price * quantity end as amount,
                case when type = 'track' and name = 'Product Viewed' then 1 else 0 end as viewed,
                case when type = 'track' and name = 'Product Added' then 1 else 0 end as added,
                case when type = 'track' and name = 'Product Viewed' and (properties ->> 'in_stock') = 'false' then 1 else 0 end as missing
            from events
            where product_id is not null and occurred_at >= @From and occurred_at < @To
                and ((type = 'item' and name in ('Order Completed', 'Order Refunded')) or (type = 'track' and name in ('Product Viewed', 'Product Added')))) e
        where (@All or product_id = any(@Ids))
        group by product_id, back
        """;

    private static readonly string Days = $"""
        select product_id as ProductId, cast(floor((@End - 1 - {Dialect.EpochSeconds("occurred_at")}) / 86400.0) as integer) as WeeksBack, cast(sum(quantity) as bigint) as Sold,
            cast(null as double precision) as Paid, cast(0 as bigint) as Views, cast(0 as bigint) as Carts, cast(0 as bigint) as Unavailable
        from events where product_id = any(@Ids) and type = 'item' and name in ('Order Completed', 'Order Refunded') and occurred_at >= @From and occurred_at < @To
        group by 1, 2
        """;

    private const string First = "select min(occurred_at) from events where product_id is not null and type = 'item' and name = 'Order Completed'";

    /// <param name="products">Null: all.</param>
    public Task<IReadOnlyList<SoldWeek>> WeeksAsync(DateTimeOffset end, int weeks, IReadOnlyCollection<string>? products, CancellationToken cancel) => database.QueryAsync<SoldWeek>(Weeks,
        new { End = end.ToUnixTimeSeconds(), From = end.AddDays(-7 * weeks), To = end, All = products is null, Ids = SqlList.Of(products ?? []) }, cancel);

    /// <summary>The same by days; the days back stand in place of weeks.</summary>
    public Task<IReadOnlyList<SoldWeek>> DaysAsync(DateTimeOffset end, int days, IReadOnlyCollection<string> products, CancellationToken cancel) => database.QueryAsync<SoldWeek>(Days,
        new { End = end.ToUnixTimeSeconds(), From = end.AddDays(-days), To = end, Ids = SqlList.Of(products) }, cancel);

    public Task<DateTimeOffset?> FirstSaleAsync(CancellationToken cancel) => database.FirstOrDefaultAsync<DateTimeOffset?>(First, null, cancel);
}
