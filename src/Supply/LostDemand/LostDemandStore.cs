using BehaviorDashboard.Storage;

namespace BehaviorDashboard.LostDemand;

internal sealed record WantedProduct(string ProductId, long People, long Views, long Wishes, long WantedDays, long OpenDays, long Sold, DateTimeOffset? Since);

internal sealed record WantedQuery(string Query, long Searches, long People);

internal sealed record SearchOutcome(long Sessions, long Ordered);

/// <summary>Reads from the events what was wanted and not there.</summary>
internal sealed class LostDemandStore(Database database)
{
    // A day of a person with a product counts once, however often they looked; who bought it afterwards lost nothing.
    private const string Products = """
        with seen as (
            select product_id, coalesce(nullif(user_id, ''), session_id) as person, date_trunc('day', occurred_at) as day, occurred_at, (properties ->> 'in_stock') as there
            from events where type = 'track' and name = 'Product Viewed' and product_id is not null and occurred_at >= @From and occurred_at < @To),
        bought as (
            select product_id, user_id as person, max(occurred_at) as last, cast(sum(quantity) as bigint) as units
            from events where type = 'item' and name = 'Order Completed' and product_id is not null and occurred_at >= @From and occurred_at < @To group by product_id, user_id),
        days as (
            select s.product_id, s.person, s.day, max(case when s.there = 'false' then 1 else 0 end) as missing, count(*) as views, min(s.occurred_at) as first
            from seen s group by s.product_id, s.person, s.day),
        wishes as (
            select product_id, count(*) as wishes from events where type = 'track' and name = 'Product Added to Wishlist' and occurred_at >= @From and occurred_at < @To and product_id is not null group by product_id),
        sold as (select product_id, cast(sum(units) as bigint) as units from bought group by product_id)
        select d.product_id as ProductId,
            count(distinct d.person) filter (where d.missing = 1 and (b.last is null or b.last < d.first)) as People,
            cast(coalesce(sum(d.views) filter (where d.missing = 1), 0) as bigint) as Views, cast(coalesce(max(w.wishes), 0) as bigint) as Wishes,
            count(*) filter (where d.missing = 1 and (b.last is null or b.last < d.first)) as WantedDays,
            count(*) filter (where d.missing = 0) as OpenDays, cast(coalesce(max(o.units), 0) as bigint) as Sold, min(d.first) filter (where d.missing = 1) as Since
        from days d
        left join bought b on b.product_id = d.product_id and b.person = d.person
        left join wishes w on w.product_id = d.product_id
        left join sold o on o.product_id = d.product_id
        group by d.product_id
        """;

    private const string Queries = """
        select lower(trim(query)) as Query, count(*) as Searches, count(distinct coalesce(nullif(user_id, ''), session_id)) as People
        from events where type = 'track' and name = 'Products Searched' and query is not null and (properties ->> 'results') = '0' and occurred_at >= @From and occurred_at < @To
        group by lower(trim(query)) having lower(trim(query)) <> '' order by 3 desc, 2 desc, 1 limit @Limit
        """;

    private const string Outcome = """
        with found as (
            select distinct session_id from events
            where type = 'track' and name = 'Products Searched' and session_id is not null and (properties ->> 'results') <> '0' and occurred_at >= @From and occurred_at < @To)
        select count(*) as Sessions, count(o.session_id) as Ordered
        from found f left join (select distinct session_id from events where type = 'track' and name = 'Order Completed' and session_id is not null and occurred_at >= @From and occurred_at < @To) o on o.session_id = f.session_id
        """;

    private const string MeanLine = "select cast(avg(price) as double precision) from events where type = 'item' and name = 'Order Completed' and occurred_at >= @From and occurred_at < @To";

    public Task<IReadOnlyList<WantedProduct>> ProductsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) => database.QueryAsync<WantedProduct>(Products, new { From = from, To = to }, cancel);

    public Task<IReadOnlyList<WantedQuery>> QueriesAsync(DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancel) => database.QueryAsync<WantedQuery>(Queries, new { From = from, To = to, Limit = limit }, cancel);

    public Task<SearchOutcome?> OutcomeAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) => database.FirstOrDefaultAsync<SearchOutcome>(Outcome, new { From = from, To = to }, cancel);

    public Task<double?> MeanPriceAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) => database.FirstOrDefaultAsync<double?>(MeanLine, new { From = from, To = to }, cancel);
}
