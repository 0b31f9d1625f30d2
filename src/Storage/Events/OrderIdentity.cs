using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>Finds, in a commit, what tells of an order that is stored already; see <see cref="SameOrder"/>. Not for two threads.</summary>
internal sealed class OrderIdentity(bool embedded)
{
    private const string Orders = "e.type = 'track' and e.order_id is not null and e.name in ('Order Completed', 'Order Refunded')";

    private const string AllNumbers = $"select distinct e.order_id from events e where {Orders}";

    private const string Told = $"""
        select e.message_id as MessageId, e.order_id as OrderId, e.name as Name, e.occurred_at as At, e.received_at as ToldAt,
            coalesce(i.user_id, nullif(e.user_id, '')) as Person, e.source_id like 'import:%' as Imported
        from events e left join identities i on i.alias = e.user_id where {Orders} and e.order_id = any(@Numbers)
        """;

    private const string PeopleOf = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id where e.message_id = any(@Ids) and e.user_id <> ''
        """;

    private const string ThoseOrders = $"order_id = any(@Numbers) and {ExclusiveSession.OwnMessage} = any(@Ids)";

    // Embedded, there is no index on numbers: which may be stored is remembered. A server has one, and other nodes that write.
    private readonly FingerprintIndex? _known = embedded ? new FingerprintIndex() : null;

    public async Task PrepareAsync(Session session)
    {
        if (_known is null) return;
        foreach (var number in await session.QueryAsync<string>(AllNumbers)) _known.Add(DuckDbEventAppender.Hash(number));
    }

    /// <returns>Numbers that may be stored already, or are told twice among these events.</returns>
    public IReadOnlyCollection<string> Suspects(IReadOnlyList<ShopEvent> events)
    {
        HashSet<string>? seen = null, suspects = null;
        foreach (var e in events)
            if (SameOrder.Tells(e) && (!(seen ??= []).Add(e.OrderId!) || _known is null || _known.MightContain(DuckDbEventAppender.Hash(e.OrderId!)))) (suspects ??= []).Add(e.OrderId!);
        return suspects ?? [];
    }

    public static Task<IReadOnlyList<OrderTold>> FindAsync(Session session, IReadOnlyCollection<string> numbers) =>
        session.QueryAsync<OrderTold>(Told, new { Numbers = SqlList.Of(numbers) });

    /// <param name="events">New ones in the order of arrival, whose keys <paramref name="identities"/> knows.</param>
    /// <returns>Message ids of the new events that are not stored, and what is taken out of the store for others.</returns>
    public static (HashSet<string> Dropped, List<OrderTold> Replaced) Judge(IEnumerable<ShopEvent> events, IReadOnlyCollection<string> suspects, IReadOnlyList<OrderTold> stored, IdentityCache identities)
    {
        var standing = stored.GroupBy(o => (o.OrderId, o.Name)).ToDictionary(g => g.Key, g => g.ToList());
        var inStore = stored.Select(o => o.MessageId).ToHashSet();
        var (dropped, replaced) = (new HashSet<string>(), new List<OrderTold>());
        foreach (var e in events)
        {
            if (!SameOrder.Tells(e) || !suspects.Contains(e.OrderId!)) continue;
            var now = Of(e, identities);
            if (!standing.TryGetValue((now.OrderId, now.Name), out var others)) standing[(now.OrderId, now.Name)] = others = [];
            // Files are compared with files where they are imported.
            var same = others.Where(o => !(o.Imported && now.Imported) && SameOrder.Is(o, now)).ToList();
            if (same.Exists(o => !o.Imported))
            {
                dropped.Add(now.MessageId);
                continue;
            }
            foreach (var file in same)
            {
                others.Remove(file);
                if (inStore.Contains(file.MessageId)) replaced.Add(file);
                else dropped.Add(file.MessageId);
            }
            others.Add(now);
        }
        return (dropped, replaced);
    }

    /// <summary>Whether an event, or the order whose line it is, is among these.</summary>
    public static bool IsOf(ShopEvent e, HashSet<string> messages) =>
        messages.Contains(e.MessageId) || (e.Type == EventTypes.Item && e.MessageId.LastIndexOf('#') is > 0 and var end && messages.Contains(e.MessageId[..end]));

    /// <summary>Takes orders with their lines out; their people are counted anew.</summary>
    public static async Task RemoveAsync(ExclusiveSession exclusive, IReadOnlyCollection<OrderTold> orders)
    {
        var arguments = new { Numbers = SqlList.Of(orders.Select(o => o.OrderId)), Ids = SqlList.Of(orders.Select(o => o.MessageId)) };
        var people = await exclusive.Session.QueryAsync<string>(PeopleOf, arguments);
        await exclusive.RemoveEventsAsync(ThoseOrders, arguments);
        if (people.Count > 0) await exclusive.RecomputeAsync([.. people]);
    }

    public void Committed(IReadOnlyList<ShopEvent> events)
    {
        if (_known is null) return;
        foreach (var e in events)
            if (SameOrder.Tells(e)) _known.Add(DuckDbEventAppender.Hash(e.OrderId!));
    }

    private static OrderTold Of(ShopEvent e, IdentityCache identities)
    {
        var given = e.UserId ?? (e.AnonymousId is { } anonymous ? Ids.PersonKey.OfAnonymous(anonymous) : null);
        return new OrderTold(e.MessageId, e.OrderId!, e.Name, e.OccurredAt, e.ReceivedAt, given is null ? null : identities.Of(given).Person, e.SourceId.StartsWith("import:", StringComparison.Ordinal));
    }
}
