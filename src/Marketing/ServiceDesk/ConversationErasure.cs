using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>
/// A person's conversations: those under their keys or their e-mail address, and those of nobody known that hold the address,
/// as the mails of somebody who was not signed in do.
/// </summary>
internal sealed class ConversationErasure(Database database) : IPersonalData, IPersonalExport
{
    private const string Of = """
        select cast(c.id as text) from conversations c
        where c.user_id = any(@Keys) or lower(c.user_id) = @Email or (c.user_id = '' and (position(@Email in lower(c.subject || ' ' || coalesce(c.external_id, ''))) > 0
            or exists (select 1 from conversation_messages m where m.user_id = c.user_id and m.conversation_id = c.id and position(@Email in lower(m.body || ' ' || coalesce(m.external_id, ''))) > 0)))
        """;

    private static readonly (string Kind, string From)[] Tables =
    [
        ("conversation_messages", "from conversation_messages where cast(conversation_id as text) = any(@Keys)"), ("conversations", "from conversations where cast(id as text) = any(@Keys)"),
    ];

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var (found, records) = (SqlList.Of(await FindAsync(person, cancel)), new List<PersonalRecords>());
        foreach (var (kind, from) in Tables) records.Add(new PersonalRecords(kind, await database.ScalarAsync<long>("select count(*) " + from, new { Keys = found }, cancel)));
        return records;
    }

    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default)
    {
        var found = await FindAsync(person, cancel);
        return await database.ReadAsync(async session =>
        {
            var tables = new List<PersonalTable>();
            foreach (var (kind, from) in Tables) tables.Add(await PersonalRows.ReadAsync(session, kind, "select * " + from, found));
            return (IReadOnlyList<PersonalTable>)tables;
        }, cancel);
    }

    public async Task EraseAsync(ErasedPerson person)
    {
        var found = SqlList.Of(await FindAsync(person, default));
        await database.WriteAsync(async session =>
        {
            foreach (var (_, from) in Tables) await session.ExecuteAsync("delete " + from, new { Keys = found });
        });
    }

    /// <returns>Their ids.</returns>
    private Task<IReadOnlyList<string>> FindAsync(ErasedPerson person, CancellationToken cancel) =>
        database.QueryAsync<string>(person.Email is { Length: > 0 } ? Of : "select cast(id as text) from conversations where user_id = any(@Keys)", new { Keys = SqlList.Of(person.Keys), Email = person.Email?.ToLowerInvariant() }, cancel);
}
