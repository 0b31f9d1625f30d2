using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Recommendations;

/// <summary>A person and a product over a range.</summary>
/// <param name="First">First event of the range.</param>
internal readonly record struct InterestRow(string Person, string Product, float Weight, DateTimeOffset First, DateTimeOffset Last, DateTimeOffset? Bought, bool Carted);

/// <summary>What a product sold and drew lately.</summary>
internal sealed record ProductTraffic(string Id, string? Category, long Views, long Units);

/// <summary>All that recommendations read from the events.</summary>
internal sealed class InterestStore(Database database, ConsentService consents, SummarisedDays days)
{
    // A person's first key may have been an anonymous one: identities tell whose it was. Robots say nothing of taste.
    private const string Read = $"""
        lines as (
            select coalesce(i.user_id, e.user_id) as person, e.product_id as product, e.occurred_at as seen, {Interest.Weight} as weight, e.type = 'item' as bought, e.name = 'Product Added' as carted
            from events e left join identities i on i.alias = e.user_id
            where e.occurred_at >= @From and e.occurred_at < @To and e.user_id <> '' and e.product_id is not null and {Interest.Which}
        """;

    private const string Lines = $"""
        {Read}),
        crowd as (select person from lines group by person having count(*) > @MostADay * count(distinct date_trunc('day', seen)))
        """;

    private const string Row = """
        select person, product, cast(sum(weight * power(0.5, (@ToSeconds - cast(extract(epoch from seen) as double precision)) / 86400.0 / @HalfLife)) as double precision) as weight,
            min(seen) as first, max(seen) as last, max(seen) filter (where bought) as bought,
            coalesce(max(seen) filter (where carted), @From) > coalesce(max(seen) filter (where bought), @From) as carted
        from lines
        """;

    private const string All = $"with {Lines} {Row} where person not in (select person from crowd) group by person, product order by person, product";

    // Who objected to being learnt from is not.
    private readonly string _learnable = $"with {Lines} {Row} where person not in (select person from crowd) and {consents.Allows(Purposes.Analytics, "lines.person")} group by person, product order by person, product";

    // By the keys their events lie under, so that nobody else's are read.
    private const string OfPeople = $"""
        with {Read} and e.user_id = any(@Keys)) {Row} where person = any(@People) group by person, product order by person, last
        """;

    private const string LastSeen = "select coalesce(max(last_seen), cast(@Fallback as timestamptz)) from profiles";

    private const string Aliases = "select alias, user_id from identities";

    private const string Visits = $"""
        select coalesce(i.user_id, e.user_id), e.product_id, cast({Interest.Weight} as double precision), e.occurred_at
        from events e left join identities i on i.alias = e.user_id
        where e.occurred_at >= @From and e.user_id <> '' and e.product_id is not null and {Interest.Which} order by e.occurred_at
        """;

    private const string Baskets = """
        select order_id, product_id from events
        where type = 'item' and name = 'Order Completed' and order_id is not null and product_id is not null and occurred_at >= @From and occurred_at < @To
        group by order_id, product_id order by order_id
        """;

    // Asked for every half minute: most of it is summarised.
    private static readonly string Traffic = $"""
        with {SummarisedDays.Products}
        select product_id as Id, max(category) as Category, cast(coalesce(sum(views), 0) as bigint) as Views, cast(coalesce(sum(units), 0) as bigint) as Units
        from product_days group by product_id order by product_id
        """;

    /// <param name="learning">Leaves out who objected to being learnt from.</param>
    public Task ReadAsync(DateTimeOffset from, DateTimeOffset to, RecommendationsOptions options, Action<InterestRow> row, bool learning, CancellationToken cancel) =>
        StreamAsync(learning ? _learnable : All, Arguments([], from, to, options), r => row(Of(r)), cancel);

    public async Task<IReadOnlyList<Touch>> OfPersonAsync(string person, DateTimeOffset from, DateTimeOffset to, RecommendationsOptions options, CancellationToken cancel) =>
        (await OfPeopleAsync([person], from, to, options, cancel)).TryGetValue(person, out var touches) ? touches : [];

    /// <summary>Histories of several people, newest last; who has none is left out.</summary>
    public async Task<IReadOnlyDictionary<string, List<Touch>>> OfPeopleAsync(IReadOnlyList<string> people, DateTimeOffset from, DateTimeOffset to, RecommendationsOptions options, CancellationToken cancel)
    {
        var found = new Dictionary<string, List<Touch>>();
        await database.ReadAsync(async session =>
        {
            await session.ReadRowsAsync(OfPeople, Arguments(people, from, to, options, await PersonKeys.OfAsync(session, people)), row =>
            {
                var r = Of(row);
                if (!found.TryGetValue(r.Person, out var touches)) found[r.Person] = touches = [];
                touches.Add(new Touch(r.Product, r.Weight, r.Last, r.Bought, r.Carted));
                if (touches.Count > PersonMemory.MostProducts) touches.RemoveAt(0);
            });
            return true;
        }, cancel);
        return found;
    }

    /// <summary>When anything was last seen; the fallback for a shop without events.</summary>
    public async Task<DateTimeOffset> LastSeenAsync(DateTimeOffset fallback, CancellationToken cancel) => await database.FirstOrDefaultAsync<DateTimeOffset>(LastSeen, new { Fallback = fallback }, cancel);

    public Task AliasesAsync(Action<string, string> alias, CancellationToken cancel) => StreamAsync(Aliases, null, r => alias(r.GetString(0), r.GetString(1)), cancel);

    public Task VisitsAsync(DateTimeOffset from, Action<string, string, float, DateTimeOffset> touch, CancellationToken cancel) =>
        StreamAsync(Visits, new { From = from }, r => touch(r.GetString(0), r.GetString(1), (float)r.GetDouble(2), Instant(r.GetValue(3))!.Value), cancel);

    public Task BasketsAsync(DateTimeOffset from, DateTimeOffset to, Action<string, string> line, CancellationToken cancel) =>
        StreamAsync(Baskets, new { From = from, To = to }, r => line(r.GetString(0), r.GetString(1)), cancel);

    public Task<IReadOnlyList<ProductTraffic>> TrafficAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        database.SnapshotAsync(async session =>
        {
            var stretch = await days.StretchAsync(session, new TimeRange(from, to));
            return await session.QueryAsync<ProductTraffic>(Traffic, new { From = from, To = to, A = stretch.From, B = stretch.To });
        }, cancel);

    private static object Arguments(IReadOnlyList<string> people, DateTimeOffset from, DateTimeOffset to, RecommendationsOptions options, IReadOnlyCollection<string>? keys = null) => new
    {
        From = from, To = to, ToSeconds = to.ToUnixTimeMilliseconds() / 1000.0, HalfLife = options.HalfLifeDays, MostADay = options.MostTouchesADay, People = SqlList.Of(people), Keys = SqlList.Of(keys ?? []),
    };

    private static InterestRow Of(System.Data.Common.DbDataReader r) =>
        new(r.GetString(0), r.GetString(1), (float)r.GetDouble(2), Instant(r.GetValue(3))!.Value, Instant(r.GetValue(4))!.Value, Instant(r.GetValue(5)), r.GetBoolean(6));

    private Task<bool> StreamAsync(string sql, object? arguments, Action<System.Data.Common.DbDataReader> row, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        await session.ReadRowsAsync(sql, arguments, row);
        return true;
    }, cancel);

    private static DateTimeOffset? Instant(object value) => value is DateTime time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;
}
