using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>What was imported under a key, and by which import.</summary>
internal sealed record Entity(string Key, long Hash, string ImportId);

/// <summary>SQL of what imports are remembered by: the content under each key, and what it took the place of.</summary>
internal sealed class EntityStore(Database database)
{
    private const string Known = "select key as Key, hash as Hash, import_id as ImportId from import_entities where key = any(@Keys)";

    private const string ReplacedBy = "select key from import_replaced where replaced_by = @ImportId and key = any(@Keys)";

    private const string Remember = """
        insert into import_entities (key, kind, hash, import_id) select unnest(@Keys), unnest(@Kinds), unnest(@Hashes), @ImportId
        on conflict (key) do update set hash = excluded.hash, import_id = excluded.import_id
        """;

    // Another import's rows of the same order stand under the same key; whatever else has the number came from elsewhere.
    private const string Elsewhere = """
        select message_id as MessageId, order_id as OrderId, name as Name, occurred_at as At, received_at as ToldAt, cast(null as text) as Person, source_id like 'import:%' as Imported
        from events where type = 'track' and name in ('Order Completed', 'Order Refunded') and order_id = any(@Orders) and occurred_at between @From and @To
            and source_id <> @Source and not (message_id = any(@Keys))
        """;

    private const string Replace = """
        insert into import_replaced (key, replaced_by, owner, kind, hash, joined)
        select e.key, @ImportId, e.import_id, e.kind, e.hash, @Joined from import_entities e
        where e.key = any(@Keys) and e.import_id <> @ImportId and not exists (select 1 from import_replaced r where r.key = e.key and r.replaced_by = @ImportId)
        """;

    private const string KeepEvents = $"""
        insert into import_replaced_events (key, replaced_by, {EventColumns.All})
        select r.key, @ImportId, {EventColumns.All} from events e join import_replaced r on r.replaced_by = @ImportId and
            r.key = case when e.type = 'item' then left(e.message_id, length(e.message_id) - position('#' in reverse(e.message_id))) else e.message_id end
        where r.key = any(@Keys) and (e.type <> 'item' or not r.joined) and e.source_id <> @Source
            and not exists (select 1 from import_replaced_events k where k.key = r.key and k.replaced_by = @ImportId)
        """;

    // The order's own row as it stands, else (taken out by a run that was killed) as it was kept.
    private const string Heads = $"""
        select h.message_id as Key, h.revenue as Revenue, h.occurred_at as OccurredAt,
            cast(coalesce((select sum(i.price * i.quantity) from events i where {LineOf}), 0) as decimal(18, 4)) as Worth,
            exists (select 1 from events i where {LineOf} and i.message_id = any(@First)) as HasPiece
        from (
            select message_id, revenue, occurred_at, order_id from events where type = 'track' and message_id = any(@Keys)
            union all
            select message_id, revenue, occurred_at, order_id from import_replaced_events k where replaced_by = @ImportId and type = 'track' and message_id = any(@Keys)
                and not exists (select 1 from events e where e.message_id = k.message_id)) h
        """;

    private const string LineOf = "i.type = 'item' and i.order_id = h.order_id and left(i.message_id, length(h.message_id) + 1) = h.message_id || '#'";

    private const string PeopleOfHeads = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id where e.message_id = any(@Keys) and e.user_id <> ''
        """;

    private const string ThoseHeads = "message_id = any(@Keys)";

    public async Task<Dictionary<string, Entity>> KnownAsync(IEnumerable<string> keys, CancellationToken cancel) =>
        (await database.QueryAsync<Entity>(Known, new { Keys = SqlList.Of(keys) }, cancel)).ToDictionary(e => e.Key);

    /// <returns>Of the keys, those whose earlier content this import replaced.</returns>
    public async Task<HashSet<string>> ReplacedAsync(IEnumerable<string> keys, string importId, CancellationToken cancel) =>
        [.. await database.QueryAsync<string>(ReplacedBy, new { Keys = SqlList.Of(keys), ImportId = importId }, cancel)];

    public Task RememberAsync(IReadOnlyCollection<(string Key, string Kind, long Hash)> entities, string importId, CancellationToken cancel) => database.ExecuteAsync(Remember, new
    {
        Keys = SqlList.Of(entities.Select(e => e.Key)),
        Kinds = SqlList.Of(entities.Select(e => e.Kind)),
        Hashes = SqlList.Of(entities.Select(e => e.Hash)),
        ImportId = importId,
    }, cancel);

    /// <returns>Keys of the orders and refunds that another source brought; see <see cref="SameOrder"/>.</returns>
    public async Task<HashSet<string>> ElsewhereAsync(IReadOnlyCollection<Unit> units, string source, DateTimeOffset now, CancellationToken cancel)
    {
        if (units.Count == 0) return [];
        var others = (await database.QueryAsync<OrderTold>(Elsewhere, new
        {
            Orders = SqlList.Of(units.Select(u => u.OrderId!).Distinct()),
            Keys = SqlList.Of(units.Select(u => u.Key)),
            Source = source,
            From = units.Min(u => u.Events[0].OccurredAt) - SameOrder.Apart,
            To = units.Any(u => u.Events[0].Name == EventNames.OrderRefunded) ? now : units.Max(u => u.Events[0].OccurredAt) + SameOrder.Apart,
        }, cancel)).ToLookup(o => (o.OrderId, o.Name));
        return [.. units.Where(u => u.Events[0] is var e && others[(u.OrderId!, e.Name)].Any(o => SameOrder.Is(o, new OrderTold(u.Key, u.OrderId!, e.Name, e.OccurredAt, now, null, Imported: true)))).Select(u => u.Key)];
    }

    /// <summary>Keeps what stands under these keys, for the undo; what was kept before stays as it is.</summary>
    public static async Task KeepAsync(Session session, IReadOnlyCollection<string> keys, string importId, bool joined)
    {
        var arguments = new { Keys = SqlList.Of(keys), ImportId = importId, Joined = joined, Source = ImportService.Source(importId) };
        await session.ExecuteAsync(Replace, arguments);
        await session.ExecuteAsync(KeepEvents, arguments);
    }

    /// <returns>The orders' own rows by key, as they stand before these pieces are added.</returns>
    public static async Task<Dictionary<string, OrderHead>> HeadsAsync(Session session, IReadOnlyCollection<Unit> pieces, string importId) => (await session.QueryAsync<OrderHead>(Heads, new
    {
        Keys = SqlList.Of(pieces.Select(p => p.Key)),
        First = SqlList.Of(pieces.Select(p => OrderHead.LineId(p, 1))),
        ImportId = importId,
    })).ToDictionary(h => h.Key);

    /// <summary>Takes the orders' own rows out, and leaves their lines.</summary>
    /// <returns>The people they belonged to.</returns>
    public static async Task<IReadOnlyList<string>> RemoveHeadsAsync(ExclusiveSession exclusive, IEnumerable<string> keys)
    {
        var arguments = new { Keys = SqlList.Of(keys) };
        var people = await exclusive.Session.QueryAsync<string>(PeopleOfHeads, arguments);
        await exclusive.RemoveEventsAsync(ThoseHeads, arguments);
        return people;
    }
}
