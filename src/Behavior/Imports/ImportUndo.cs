using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>
/// Takes an import out of the history as if it had never been: what it created goes, what it replaced comes back, and
/// where a later import replaced its content in turn, that one's undo will bring back what was before this one.
/// </summary>
internal static class ImportUndo
{
    // Asked twice at once, the second finds it done.
    private const string Take = "update imports set status = 'undone' where id = @ImportId and status <> 'undone'";

    // Ids begin with the time: a larger one is a later import. Lines added to an order cannot be taken apart in another order than they came.
    private const string JoinedLater = """
        select l.replaced_by from import_replaced l where l.replaced_by > @ImportId and ((l.joined and l.owner = @ImportId) or exists (
            select 1 from import_replaced r where r.replaced_by = @ImportId and r.key = l.key and (r.joined or l.joined))) limit 1
        """;

    private const string KeysOfLater = "select key from import_replaced where owner = @ImportId";

    // Rows of this import that a later one replaced: what that one would bring back is taken over from this one.
    private const string ForgetOwnInLater = """
        delete from import_replaced_events where exists (
            select 1 from import_replaced l where l.owner = @ImportId and l.key = import_replaced_events.key and l.replaced_by = import_replaced_events.replaced_by)
        """;

    private const string HandEvents = """
        update import_replaced_events set replaced_by = l.replaced_by from import_replaced l
        where l.owner = @ImportId and l.key = import_replaced_events.key and import_replaced_events.replaced_by = @ImportId
        """;

    private const string HandOver = """
        update import_replaced set owner = mine.owner, hash = mine.hash from import_replaced mine
        where mine.replaced_by = @ImportId and mine.key = import_replaced.key and import_replaced.owner = @ImportId
        """;

    private const string ForgetHanded = "delete from import_replaced where replaced_by = @ImportId and key = any(@Handed)";

    private const string ForgetLater = "delete from import_replaced where owner = @ImportId";

    // But for orders that came live meanwhile: those stand for themselves (SameOrder).
    private const string EventsBack = $"""
        select {EventColumns.All}
        from import_replaced_events k where replaced_by = @ImportId and not exists (
            select 1 from events e where e.type = 'track' and e.order_id = k.order_id and e.name = k.name and e.source_id not like 'import:%'
                and e.occurred_at >= k.occurred_at - interval '2 days' and e.occurred_at <= case when k.name = 'Order Refunded' then k.received_at else k.occurred_at + interval '2 days' end)
        """;

    private const string PeopleBack = """
        select distinct coalesce(i.user_id, e.user_id) from import_replaced_events e left join identities i on i.alias = e.user_id where e.replaced_by = @ImportId and e.user_id <> ''
        """;

    private const string PutBackEntities = """
        update import_entities set hash = r.hash, import_id = r.owner from import_replaced r
        where r.replaced_by = @ImportId and not r.joined and r.key = import_entities.key
        """;

    private static readonly string[] Forget =
    [
        "delete from import_entities where import_id = @ImportId",
        "delete from import_replaced_events where replaced_by = @ImportId",
        "delete from import_replaced where replaced_by = @ImportId",
    ];

    /// <returns>How many event rows were removed; null where it was undone before.</returns>
    /// <exception cref="ImportException">A later import added lines to orders of this one.</exception>
    public static async Task<int?> RunAsync(ExclusiveSession exclusive, string id)
    {
        var session = exclusive.Session;
        var arguments = new { ImportId = id };
        if (await session.ExecuteAsync(Take, arguments) == 0) return null;
        if (await session.ScalarAsync<string>(JoinedLater, arguments) is { } later) throw new ImportException($"Import {later} and this one share orders to which lines were added: undo {later} first.");
        var handed = await session.QueryAsync<string>(KeysOfLater, arguments);
        await session.ExecuteAsync(ForgetOwnInLater, arguments);
        await session.ExecuteAsync(HandEvents, arguments);
        await session.ExecuteAsync(HandOver, arguments);
        await session.ExecuteAsync(ForgetHanded, new { ImportId = id, Handed = SqlList.Of(handed) });
        await session.ExecuteAsync(ForgetLater, arguments);
        var removed = await exclusive.RemoveSourceAsync(ImportService.Source(id), async () =>
        {
            await exclusive.PutBackEventsAsync(EventsBack, arguments);
            return await session.QueryAsync<string>(PeopleBack, arguments);
        });
        await session.ExecuteAsync(PutBackEntities, arguments);
        foreach (var forget in Forget) await session.ExecuteAsync(forget, arguments);
        await TraitsBefore.RestoreAsync(exclusive, id);
        return removed;
    }
}
