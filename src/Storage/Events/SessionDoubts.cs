using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>
/// People whose number of sessions may be one too many, because a session that looked new at arrival may have been theirs
/// before: under another key, or longer ago than is remembered. Their sessions are counted anew from the events, many
/// people in one pass, instead of asking the store about each event. Not for two threads.
/// </summary>
internal sealed class SessionDoubts
{
    private const int MostAtOnce = 50_000;

    /// <summary>Doubts that a process took with it when it was killed concern events received shortly before.</summary>
    private const string SeenLast = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id
        where e.user_id <> '' and e.received_at >= (select max(received_at) from events) - 3 * interval '1 minute'
        """;

    private const string SeenSince = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id where e.user_id <> '' and e.received_at >= @Since
        """;

    private static readonly string Recount = $"""
        {ProfileStore.KeysOfPeople}
        update profiles set sessions = d.sessions
        from (select k.person, count(distinct e.session_id) as sessions from keys k join events e on e.user_id = k.key group by k.person) d
        where profiles.user_id = d.person and profiles.sessions <> d.sessions
        """;

    private readonly HashSet<string> _people = [];

    public bool Any => _people.Count > 0;

    public void Add(string person) => _people.Add(person);

    public async Task LoadAsync(Session session) => _people.UnionWith(await session.QueryAsync<string>(SeenLast));

    /// <summary>Everybody seen since is in doubt: a node that is gone took its doubts with it.</summary>
    public async Task LoadAsync(Session session, DateTimeOffset since) => _people.UnionWith(await session.QueryAsync<string>(SeenSince, new { Since = since }));

    /// <summary>Counts the sessions of some of those in doubt anew.</summary>
    public async Task SettleAsync(Database database, EventAppender appender)
    {
        List<string> some = [.. _people.Take(MostAtOnce)];
        await database.WriteAsync(async session =>
        {
            // What another node adds meanwhile waits for what is counted here.
            await appender.LockPeopleAsync(session, some);
            await session.ExecuteAsync(Recount, new { Keys = SqlList.Of(some) });
        });
        _people.ExceptWith(some);
    }
}
