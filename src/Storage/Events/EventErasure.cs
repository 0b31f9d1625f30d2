using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>What the store itself holds about a person: events, the running row, the keys.</summary>
internal sealed class EventErasure(Database database, EventWriter writer) : IPersonalData
{
    /// <summary>Rows that the shop's totals are made of.</summary>
    public const string ForTotals = "type in ('track', 'item') and name in ('Order Completed', 'Order Refunded', 'Revenue Adjusted')";

    private const string Sizes = $"""
        select count(*) filter (where not ({ForTotals})) as Events, count(*) filter (where {ForTotals} and type = 'track') as Orders,
            (select count(*) from profiles where user_id = any(@Keys)) as Profiles,
            (select count(*) from identities where user_id = any(@Keys) or alias = any(@Keys)) as Identities
        from events where user_id = any(@Keys)
        """;

    private sealed record Size(long Events, long Orders, long Profiles, long Identities);

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var size = await database.FirstOrDefaultAsync<Size>(Sizes, new { Keys = SqlList.Of(person.Keys) }, cancel) ?? new Size(0, 0, 0, 0);
        return [new("events", size.Events), new("profiles", size.Profiles), new("keys", size.Identities), new("orders", size.Orders, Kept: true)];
    }

    public Task EraseAsync(ErasedPerson person) => writer.ExclusiveAsync(session => session.EraseAsync(person.Keys));
}
