using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>Impressions, clicks and what followed, from the events.</summary>
internal sealed class PerformanceStore(Database database, ShopClock clock, IOptions<ShopOptions> shop, IOptions<RecommendationsOptions> options)
{
    // The id says where a list stood, what it was, and by which strategy.
    private const string Seen = """
        seen as (
            select e.recommendation_id as id, split_part(e.recommendation_id, '.', 1) as placement, split_part(e.recommendation_id, '.', 2) as kind, split_part(e.recommendation_id, '.', 3) as strategy,
                e.name, e.product_id as product, coalesce(i.user_id, nullif(e.user_id, '')) as person, e.occurred_at as seen_at
            from events e left join identities i on i.alias = e.user_id
            where e.recommendation_id is not null and e.type = 'track' and e.name in ('Recommendation Viewed', 'Recommendation Clicked') and e.occurred_at >= @From and e.occurred_at < @To)
        """;

    // An order line belongs to the last click on its product by the same person within the window.
    private const string Bought = """
        lines as (
            select e.message_id, coalesce(i.user_id, nullif(e.user_id, '')) as person, e.product_id as product, e.occurred_at as bought_at, e.price * e.quantity as value
            from events e left join identities i on i.alias = e.user_id
            where e.type = 'item' and e.name = 'Order Completed' and e.product_id is not null and (e.currency is null or e.currency = @Currency)
                and e.occurred_at >= @From and e.occurred_at < @To + @Days * interval '1 day'),
        matched as (
            select s.id, s.placement, s.kind, s.strategy, s.seen_at, l.bought_at, l.value, row_number() over (partition by l.message_id order by s.seen_at desc, s.id) as place
            from lines l join seen s on s.name = 'Recommendation Clicked' and s.person = l.person and s.product = l.product and s.seen_at <= l.bought_at and l.bought_at <= s.seen_at + @Days * interval '1 day')
        """;

    private static string Day(string column) => $"cast(date_trunc('day', {column} at time zone @Zone) as timestamp)";

    private static readonly string Rows = $"""
        with {Seen}, {Bought},
        views as (
            select {Day("seen_at")} as day, placement, kind, strategy, count(distinct id) filter (where name = 'Recommendation Viewed') as lists,
                count(*) filter (where name = 'Recommendation Viewed') as shown, count(*) filter (where name = 'Recommendation Clicked') as clicks,
                count(distinct id) filter (where name = 'Recommendation Clicked') as clicked from seen group by 1, 2, 3, 4),
        sales as (select {Day("seen_at")} as day, placement, kind, strategy, count(*) as orders, sum(value) as revenue from matched where place = 1 group by 1, 2, 3, 4)
        select v.day as Day, v.placement as Placement, v.kind as Kind, v.strategy as Strategy, v.lists as Lists, v.clicked as ClickedLists, v.shown as Shown, v.clicks as Clicks,
            coalesce(s.orders, 0) as Orders, cast(coalesce(s.revenue, 0) as decimal(18, 4)) as Revenue
        from views v left join sales s on s.day = v.day and s.placement = v.placement and s.kind = v.kind and s.strategy = v.strategy order by 1, 2, 3, 4
        """;

    private const string Products = $"""
        with {Seen} select placement as Placement, strategy as Strategy, product as ProductId, count(*) as Shown from seen where name = 'Recommendation Viewed' and product is not null group by 1, 2, 3
        """;

    private const string Placements = """
        select distinct split_part(recommendation_id, '.', 1) from events
        where recommendation_id is not null and type = 'track' and name in ('Recommendation Viewed', 'Recommendation Clicked') and occurred_at >= @From and occurred_at < @To order by 1
        """;

    // By the day of the order, so that a figure of the past is what it was then.
    private const string Earned = $"""
        with {Seen}, {Bought} select cast(coalesce(sum(m.value), 0) as decimal(18, 4)) from matched m where m.place = 1 and m.bought_at >= @Since and m.bought_at < @To
        """;

    // What people of a test did since they were first given a list.
    private const string Arms = $"""
        with exposed as (select coalesce(i.user_id, x.user_id) as person, bool_or(x.challenger) as challenger, bool_and(x.challenger) as only, min(x.first_at) as first_at
            from recommendation_exposures x left join identities i on i.alias = x.user_id where x.experiment_id = @Id group by 1),
        acts as (
            select x.person, x.challenger, count(*) filter (where e.type = 'track' and e.name = 'Recommendation Clicked') as clicks,
                count(*) filter (where e.type = 'track' and e.name = 'Order Completed') as orders,
                coalesce(sum(e.revenue) filter (where e.type = 'track' and e.name = 'Order Completed' and (e.currency is null or e.currency = @Currency)), 0) as revenue
            from exposed x left join (
                select coalesce(i.user_id, v.user_id) as person, v.type, v.name, v.revenue, v.currency, v.occurred_at from events v left join identities i on i.alias = v.user_id
                where v.occurred_at >= @From and v.occurred_at < @To and v.type = 'track' and v.name in ('Recommendation Clicked', 'Order Completed')) e
                on e.person = x.person and e.occurred_at >= x.first_at
            where x.challenger = x.only group by x.person, x.challenger)
        select challenger as Challenger, count(*) as People, count(*) filter (where clicks > 0) as Clickers, count(*) filter (where orders > 0) as Buyers,
            cast(sum(revenue) as double precision) as Revenue, cast(sum(revenue * revenue) as double precision) as RevenueSquares
        from acts group by challenger
        """;

    public Task<IReadOnlyList<PerformanceRow>> RowsAsync(TimeRange range, CancellationToken cancel) => database.QueryAsync<PerformanceRow>(Rows, Arguments(range), cancel);

    public Task<IReadOnlyList<ShownProduct>> ProductsAsync(TimeRange range, CancellationToken cancel) => database.QueryAsync<ShownProduct>(Products, new { range.From, range.To }, cancel);

    /// <summary>Where lists were seen.</summary>
    public Task<IReadOnlyList<string>> PlacementsAsync(TimeRange range, CancellationToken cancel) => database.QueryAsync<string>(Placements, new { range.From, range.To }, cancel);

    /// <summary>Attributed revenue of orders since an instant, from clicks of a range that begins one window earlier.</summary>
    public Task<decimal> RevenueUntilAsync(TimeRange clicks, DateTimeOffset since, CancellationToken cancel) =>
        database.ScalarAsync<decimal>(Earned, new { clicks.From, clicks.To, shop.Value.Currency, Days = options.Value.AttributionDays, Since = since }, cancel);

    public Task<IReadOnlyList<ArmRow>> ArmsAsync(Experiment experiment, DateTimeOffset until, CancellationToken cancel) =>
        database.QueryAsync<ArmRow>(Arms, new { experiment.Id, From = experiment.StartedAt, To = until, shop.Value.Currency }, cancel);

    private object Arguments(TimeRange range) => new { range.From, range.To, shop.Value.Currency, Days = options.Value.AttributionDays, Zone = clock.ZoneName };
}

/// <summary>One arm of a test.</summary>
internal sealed record ArmRow(bool Challenger, long People, long Clickers, long Buyers, double Revenue, double RevenueSquares);
