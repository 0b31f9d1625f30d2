using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// The KPI catalogue in SQL, for any range: from the days and hours that are summarised, and from the events of the rest. <see cref="Tally"/> is
/// the same catalogue folded event by event; a property test holds them together.
/// </summary>
internal sealed class KpiStore(Database database, SummarisedDays days)
{
    /// <summary>Up to here a range is read from events alone: its series has points within a day.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromDays(3);

    private static readonly string Visits = $"""
        with {KpiParts.Events(KpiParts.VisitColumns)},
        v as (
            {KpiParts.Visits}
            union all
            select user_id, session_id, cart, checkout, ordered, bought from day_visits where day >= @A and day < @B),
        k as (select user_id, bool_or(bought) as bought from v where user_id <> '' group by user_id),
        p as (select coalesce(i.user_id, k.user_id) as person, bool_or(k.bought) as bought from k left join identities i on i.alias = k.user_id group by 1),
        s as (select session_id, bool_or(cart) as cart, bool_or(checkout) as checkout, bool_or(ordered) as ordered from v where session_id is not null group by session_id)
        select p.people as ActivePeople, p.customers as Customers, s.sessions as Sessions, s.carts as Carts, s.checkouts as Checkouts, s.with_order as SessionsWithOrder, s.abandoned as AbandonedCarts
        from (select count(*) as people, count(*) filter (where bought) as customers from p) p cross join
            (select count(*) as sessions, count(*) filter (where cart) as carts, count(*) filter (where checkout) as checkouts, count(*) filter (where ordered) as with_order,
                count(*) filter (where cart and not ordered) as abandoned from s) s
        """;

    private static readonly string PerDay = Per(ShopDay("occurred_at"));

    private static readonly string PerHour = Per("date_trunc('hour', occurred_at)");

    private static readonly string PerMinute = Per("date_trunc('minute', occurred_at)");

    /// <summary>Whether a row of <c>summarised_days</c> is an hour: the shortest day is far longer.</summary>
    private const string Hour = "ends - day <= interval '1 hour'";

    private static string ShopDay(string column) => $"date_trunc('day', {column} at time zone @Zone) at time zone @Zone";

    // Sessions can be added neither over currencies nor over hours: they are rows of their own, counted together where a day is no row.
    private static string Per(string bucket) => $"""
        with {KpiParts.Events(KpiParts.CountColumns)},
        c as (
            {KpiParts.Counts(bucket)}
            union all
            select {ShopDay("day")}, currency, events, views, orders, units, gross, refunds, adjustments, searches, unmet, amounts from day_counts where day >= @A and day < @B),
        o as (
            select {bucket} as day, session_id from e where type <> 'item'
            union all
            select {ShopDay("day")}, session_id from day_visits where day >= @A and day < @B and day in (select day from summarised_days where day >= @A and day < @B and {Hour})),
        s as (
            select day, count(distinct session_id) as sessions from o group by day
            union all
            select {ShopDay("day")}, sessions from summarised_days where day >= @A and day < @B and not ({Hour}))
        select c.day as At, currency as Currency, events as Events, views as Views, orders as Orders, units as Units, gross as Gross, refunds as Refunds, adjustments as Adjustments,
            searches as Searches, unmet as Unmet, amounts as Amounts, coalesce(s.sessions, 0) as Sessions
        from c left join s on s.day = c.day order by c.day
        """;

    private static readonly string Ranks = $"""
        with {KpiParts.Events(KpiParts.RankColumns)},
        r as (
            {KpiParts.Ranks}
            union all
            select kind, name, currency, times, units, revenue from day_ranks where day >= @A and day < @B
            union all
            select 'product', product_id, currency, views, units, revenue from ({KpiParts.ProductsAndDays}) p where views > 0 or lines > 0),
        t as (
            select kind, name, cast(coalesce(sum(times), 0) as bigint) as times, cast(coalesce(sum(units), 0) as bigint) as units,
                cast(coalesce(sum(revenue) filter (where currency is null or currency = @Currency), 0) as decimal(18, 4)) as revenue from r group by kind, name)
        select kind as Kind, name as Name, times as Times, units as Units, revenue as Revenue
        from (select *, row_number() over (partition by kind order by revenue desc, times desc, name) as place from t) x where place <= @Limit order by kind, place
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

    public Task<KpiValues> ValuesAsync(KpiQuestion question, CancellationToken cancel) =>
        database.SnapshotAsync(async session => (await FiguresAsync(session, question, await StretchAsync(session, question.Range))).Values, cancel);

    /// <param name="before">Asked for the figures only.</param>
    public Task<KpiAnswer> AnswerAsync(KpiQuestion question, KpiQuestion? before, int limit, CancellationToken cancel) => database.SnapshotAsync(async session =>
    {
        var stretch = await StretchAsync(session, question.Range);
        var ranks = await session.QueryAsync<RankRow>(Ranks, new { question.Range.From, question.Range.To, A = stretch.From, B = stretch.To, question.Currency, Limit = limit });
        return new KpiAnswer(await FiguresAsync(session, question, stretch), before is null ? null : await FiguresAsync(session, before, await StretchAsync(session, before.Range)), ranks.ToLookup(r => r.Kind));
    }, cancel);

    /// <summary>Figures, and orders, net revenue and sessions by minute, hour or shop day, whichever gives a readable number of points.</summary>
    private static async Task<KpiFigures> FiguresAsync(Session session, KpiQuestion question, TimeRange stretch)
    {
        var arguments = new { question.Range.From, question.Range.To, A = stretch.From, B = stretch.To, question.Zone };
        var counts = await session.QueryAsync<CountRow>(question.Range.Length.TotalHours <= 3 ? PerMinute : question.Range.Length <= Short ? PerHour : PerDay, arguments);
        return KpiFigures.Of((await session.FirstOrDefaultAsync<KpiValues>(Visits, arguments))!, counts, question.Currency);
    }

    private async Task<TimeRange> StretchAsync(Session session, TimeRange range) => range.Length <= Short ? new TimeRange(range.To, range.To) : await days.StretchAsync(session, range);
}

/// <summary>A stored event as it is read to rebuild the windows.</summary>
internal sealed record ScannedEvent(string MessageId, DateTimeOffset ReceivedAt, DateTimeOffset At, string Type, string Name, string? Person, string? Session, string? Product,
    string? Category, decimal? Price, int? Quantity, string? Currency, decimal? Revenue, string? Query, string? Results);
