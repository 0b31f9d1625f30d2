using BehaviorDashboard.Contracts;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>What the store itself holds about a person: events, the running row, the keys.</summary>
internal sealed class EventErasure(Database database, EventWriter writer, KeptReports reports) : IPersonalData, IPersonalExport
{
    /// <summary>Rows that the shop's totals are made of.</summary>
    public const string ForTotals = "type in ('track', 'item') and name in ('Order Completed', 'Order Refunded', 'Revenue Adjusted')";

    private const string Sizes = $"""
        select count(*) filter (where not ({ForTotals})) as Events, count(*) filter (where {ForTotals} and type = 'track') as Orders,
            (select count(*) from profiles where user_id = any(@Keys)) as Profiles, (select count(*) from people_search where user_id = any(@Keys)) as Words,
            (select count(*) from identities where user_id = any(@Keys) or alias = any(@Keys)) as Identities,
            (select count(*) from merges where kept = any(@Keys) or merged = any(@Keys)) + (select count(*) from own_traits where user_id = any(@Keys)) as Merges
        from events where user_id = any(@Keys)
        """;

    private sealed record Size(long Events, long Orders, long Profiles, long Words, long Identities, long Merges);

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var size = await database.FirstOrDefaultAsync<Size>(Sizes, new { Keys = SqlList.Of(person.Keys) }, cancel) ?? new Size(0, 0, 0, 0, 0, 0);
        return [new("events", size.Events), new("profiles", size.Profiles), new("search words", size.Words), new("keys", size.Identities), new("merges", size.Merges), new("orders", size.Orders, Kept: person.KeepTotals)];
    }

    public async Task EraseAsync(ErasedPerson person)
    {
        await writer.ExclusiveAsync(session => session.EraseAsync(person.Keys, person.KeepTotals));
        // Words they searched with may stand in one.
        reports.Forget();
    }

    private static readonly (string Kind, string Sql)[] Tables =
    [
        ("events", $"select * from events where user_id = any(@Keys) and not ({ForTotals}) order by occurred_at, message_id"),
        ("orders", $"select * from events where user_id = any(@Keys) and {ForTotals} order by occurred_at, message_id"),
        ("profiles", "select * from profiles where user_id = any(@Keys)"),
        ("search words", "select * from people_search where user_id = any(@Keys)"),
        ("keys", "select * from identities where user_id = any(@Keys) or alias = any(@Keys) order by since, alias"),
        ("merges", "select * from merges where kept = any(@Keys) or merged = any(@Keys) order by merged_at"),
        ("traits before merges", "select * from own_traits where user_id = any(@Keys)"),
    ];

    public Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default) => database.ReadAsync(async session =>
    {
        var all = new List<PersonalTable>();
        foreach (var (kind, sql) in Tables) all.Add(await PersonalRows.ReadAsync(session, kind, sql, person.Keys));
        return (IReadOnlyList<PersonalTable>)all;
    }, cancel);
}
