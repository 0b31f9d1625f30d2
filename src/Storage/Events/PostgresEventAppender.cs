using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Npgsql;
using NpgsqlTypes;

namespace BehaviorDashboard.Events;

/// <summary>
/// PostgreSQL: binary COPY into the months of events. What is stored is known by <c>event_ids</c>, whose key has the last word when
/// two nodes meet. A store from before, whose events lie whole, has a unique index on <c>message_id</c> for that.
/// </summary>
internal sealed class PostgresEventAppender : EventAppender
{
    private const string Stored = "select g.id from (select unnest(@Ids) as id) g where exists (select 1 from event_ids i where i.id = cast(md5(g.id) as uuid))";

    private const string StoredWhole = "select message_id from events where message_id = any(@Ids)";

    private const string AddIds = "insert into event_ids select cast(md5(id) as uuid) from unnest(@Ids) as id";

    private const string CreateStage = """
        create temp table if not exists profile_delta (
            user_id text, is_known boolean, first_seen timestamptz, last_seen timestamptz, events bigint, sessions bigint,
            page_views bigint, product_views bigint, searches bigint, cart_adds bigint, checkouts bigint, orders bigint,
            units bigint, refunds bigint, reviews bigint, rating_sum double precision, revenue decimal(18, 4),
            refunded decimal(18, 4), first_order_at timestamptz, last_order_at timestamptz,
            discounted_orders bigint, rated bigint, rating_min double precision, last_rated_at timestamptz, last_rating double precision) on commit delete rows;
        delete from profile_delta
        """;

    // Numbers of advisory locks; the first is shared by all commits and taken alone by changes of history.
    private const int HistoryLock = 7_340_001, OrderLock = 7_340_002;

    /// <summary>Locks are few, so that large commits do not fill the server's table of them.</summary>
    private const int OrderLocks = 512;

    private const string EnterShared = "select pg_advisory_xact_lock_shared(@Lock, 0)";

    private const string EnterAlone = "select pg_advisory_xact_lock(@Lock, 0)";

    private const string Version = "select version from history where id = 1";

    private const string Change = "update history set version = version + 1 where id = 1 returning version";

    // In the order given, which is the same on every node.
    private const string TakeOrders = "select count(*) from (select pg_advisory_xact_lock(@Lock, n) from unnest(@Numbers) as n) l";

    private const string MakeRows = """
        insert into profiles (user_id, is_known, first_seen, last_seen, events, sessions, page_views, product_views, searches, cart_adds, checkouts, orders, units, refunds, reviews, rating_sum, revenue, refunded)
        select unnest(@Keys), false, now(), now(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 on conflict (user_id) do nothing
        """;

    // One row after the other, in the order given: rows that lie on several servers cannot be locked by one statement.
    private const string LockRows = "select lock_profiles(@Keys)";

    private const string Taken = "select alias from identities where alias = any(@Keys)";

    private EventMonths? _months;

    public override bool IsShared => true;

    public override async Task<(long Before, long After)> EnterAsync(Session session, bool alone)
    {
        await session.ExecuteAsync(alone ? EnterAlone : EnterShared, new { Lock = HistoryLock });
        // Laid by months while this node ran.
        if (_months is null) await PrepareAsync(session);
        var version = await session.ScalarAsync<long>(alone ? Change : Version);
        return alone ? (version - 1, version) : (version, version);
    }

    public override Task WaitAloneAsync(Session session) => session.ExecuteAsync(EnterAlone, new { Lock = HistoryLock });

    public override Task LockOrdersAsync(Session session, IReadOnlyCollection<string> numbers)
    {
        var locks = numbers.Select(n => (int)(DuckDbEventAppender.Hash(n) % OrderLocks)).Distinct().Order();
        return session.ScalarAsync<long>(TakeOrders, new { Lock = OrderLock, Numbers = SqlList.Of(locks) });
    }

    public override async Task LockAliasesAsync(Session session, IReadOnlyCollection<string> aliases)
    {
        // A row that another node is making is waited for; one that is there is locked.
        var keys = new { Keys = SqlList.Of(aliases.Order(StringComparer.Ordinal)) };
        await session.ExecuteAsync(MakeRows, keys);
        await session.ExecuteAsync(LockRows, keys);
    }

    public override Task LockPeopleAsync(Session session, IReadOnlyCollection<string> people) => session.ExecuteAsync(LockRows, new { Keys = SqlList.Of(people.Order(StringComparer.Ordinal)) });

    public override Task<IReadOnlyList<string>> TakenAsync(Session session, IReadOnlyCollection<string> keys) =>
        keys.Count == 0 ? Task.FromResult<IReadOnlyList<string>>([]) : session.QueryAsync<string>(Taken, new { Keys = SqlList.Of(keys) });

    public override async Task PrepareAsync(Session session)
    {
        if (!await session.ScalarAsync<bool>(EventMonths.Are)) return;
        _months = new EventMonths();
        await _months.LoadAsync(session);
    }

    public override Task MakeRoomAsync(Database database, IReadOnlyList<ShopEvent> events, DateTimeOffset now) =>
        _months?.MakeAsync(database, events.Select(e => e.OccurredAt), now) ?? Task.CompletedTask;

    public override async Task<HashSet<string>> FindStoredAsync(Session session, IReadOnlyList<ShopEvent> suspects) =>
        [.. await session.QueryAsync<string>(_months is null ? StoredWhole : Stored, new { Ids = SqlList.Of(suspects.Select(e => e.MessageId)) })];

    public override async Task InsertAsync(Session session, IReadOnlyList<ShopEvent> events)
    {
        await using var copy = await ((NpgsqlConnection)session.Connection).BeginBinaryImportAsync(
            $"copy events ({EventColumns.All}) from stdin (format binary)", session.Cancel);
        foreach (var e in events)
        {
            await copy.StartRowAsync(session.Cancel);
            await Text(copy, e.MessageId);
            await copy.WriteAsync(e.ReceivedAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(e.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz);
            await Text(copy, e.StoredKey ?? PersonKey.Nobody);
            await Text(copy, e.GivenKey);
            await Text(copy, e.AnonymousId);
            await Text(copy, e.SessionId);
            await Text(copy, e.Type);
            await Text(copy, e.Name);
            await Text(copy, e.ProductId);
            await Text(copy, e.Category);
            await Value(copy, e.Price, NpgsqlDbType.Numeric);
            await Value(copy, e.Quantity, NpgsqlDbType.Integer);
            await Text(copy, e.Currency);
            await Value(copy, e.Revenue, NpgsqlDbType.Numeric);
            await Text(copy, e.OrderId);
            await Text(copy, e.CampaignId);
            await Text(copy, e.RecommendationId);
            await Text(copy, e.Query);
            await Value(copy, e.Rating, NpgsqlDbType.Double);
            await Text(copy, e.Url);
            if (e.Properties is null) await copy.WriteNullAsync();
            else await copy.WriteAsync(e.Properties, NpgsqlDbType.Json);
            await Text(copy, e.SourceId);
        }
        await copy.CompleteAsync(session.Cancel);
        await copy.DisposeAsync();
        if (_months is not null) await session.ExecuteAsync(AddIds, new { Ids = SqlList.Of(events.Select(e => e.MessageId)) });
    }

    public override Task<int> PutBackAsync(Session session, string rows, object? arguments) => _months is null ? base.PutBackAsync(session, rows, arguments) : session.ExecuteAsync($"""
        with back as (insert into events ({EventColumns.All}) {rows} returning message_id)
        insert into event_ids select cast(md5(message_id) as uuid) from back
        """, arguments);

    public override Task<int> RemoveAsync(Session session, string which, object arguments) => _months is null ? base.RemoveAsync(session, which, arguments) : session.ExecuteAsync($"""
        with gone as (delete from events where {which} returning message_id)
        delete from event_ids where id in (select cast(md5(message_id) as uuid) from gone)
        """, arguments);

    public override async Task StageAsync(Session session, IReadOnlyCollection<ProfileDelta> deltas)
    {
        await session.ExecuteAsync(CreateStage);
        await using var copy = await ((NpgsqlConnection)session.Connection).BeginBinaryImportAsync("copy profile_delta from stdin (format binary)", session.Cancel);
        // Rows are touched in one order by every node, so that two commits never wait for each other in a circle.
        foreach (var d in deltas.OrderBy(d => d.UserId, StringComparer.Ordinal))
        {
            await copy.StartRowAsync(session.Cancel);
            await Text(copy, d.UserId);
            await copy.WriteAsync(d.IsKnown, NpgsqlDbType.Boolean);
            await copy.WriteAsync(d.FirstSeen.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(d.LastSeen.UtcDateTime, NpgsqlDbType.TimestampTz);
            foreach (var count in (long[])[d.Events, d.Sessions, d.PageViews, d.ProductViews, d.Searches, d.CartAdds, d.Checkouts, d.Orders, d.Units, d.Refunds, d.Reviews])
                await copy.WriteAsync(count, NpgsqlDbType.Bigint);
            await copy.WriteAsync(d.RatingSum, NpgsqlDbType.Double);
            await copy.WriteAsync(d.Revenue, NpgsqlDbType.Numeric);
            await copy.WriteAsync(d.Refunded, NpgsqlDbType.Numeric);
            await Value(copy, d.FirstOrderAt?.UtcDateTime, NpgsqlDbType.TimestampTz);
            await Value(copy, d.LastOrderAt?.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(d.DiscountedOrders, NpgsqlDbType.Bigint);
            await copy.WriteAsync(d.Rated, NpgsqlDbType.Bigint);
            await Value(copy, d.RatingMin, NpgsqlDbType.Double);
            await Value(copy, d.LastRatedAt?.UtcDateTime, NpgsqlDbType.TimestampTz);
            await Value(copy, d.LastRating, NpgsqlDbType.Double);
        }
        await copy.CompleteAsync(session.Cancel);
    }

    private static Task Text(NpgsqlBinaryImporter copy, string? value) =>
        value is null ? copy.WriteNullAsync() : copy.WriteAsync(value, NpgsqlDbType.Text);

    private static Task Value<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type) where T : struct =>
        value is { } some ? copy.WriteAsync(some, type) : copy.WriteNullAsync();
}
