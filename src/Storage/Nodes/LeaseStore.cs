using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Nodes;

/// <summary>The leases and nodes of a server store, all by its own clock.</summary>
internal sealed class LeaseStore(Database database)
{
    private const string Add = "insert into leases (name, holder, term, until_at) select unnest(@Names), '', 0, now() on conflict (name) do nothing";

    private const string Renew = "update leases set until_at = now() + @Seconds * interval '1 second' where holder = @Self and until_at > now() and name = any(@Names) returning name as Name, term as Term";

    // One that is being written under is left for the next time.
    private const string Take = """
        update leases set holder = @Self, term = term + 1, until_at = now() + @Seconds * interval '1 second'
        where name in (select name from leases where until_at <= now() and name = any(@Names) for update skip locked) returning name as Name, term as Term
        """;

    private const string Release = "update leases set until_at = now() where holder = @Self";

    private const string Appear = """
        insert into nodes (id, name, started_at, seen_at, ahead) values (@Self, @Name, now(), now(), extract(epoch from cast(@Clock as timestamptz) - now()))
        on conflict (id) do update set seen_at = excluded.seen_at, ahead = excluded.ahead
        """;

    private const string Leave = "delete from nodes where id = @Self or seen_at < now() - interval '1 day'";

    private const string There = "select id as Id, name as Name, started_at as StartedAt, seen_at as SeenAt, ahead as Ahead from nodes where seen_at > now() - interval '20 seconds' order by started_at, id";

    private const string Moment = "select version as History, beside as Beside, now() as At from history where id = 1";

    internal sealed record Held(string Name, long Term);

    public Task AddAsync(IReadOnlyCollection<string> names, CancellationToken cancel) => database.ExecuteAsync(Add, new { Names = SqlList.Of(names) }, cancel);

    public Task<IReadOnlyList<Held>> RenewAsync(string self, IReadOnlyCollection<string> names, TimeSpan length, CancellationToken cancel) => ChangeAsync(Renew, self, names, length, cancel);

    public Task<IReadOnlyList<Held>> TakeAsync(string self, IReadOnlyCollection<string> names, TimeSpan length, CancellationToken cancel) => ChangeAsync(Take, self, names, length, cancel);

    /// <summary>Whoever waits can begin at once.</summary>
    public Task ReleaseAsync(string self, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Release, new { Self = self });
        await session.ExecuteAsync(Leave, new { Self = self });
    }, cancel);

    /// <param name="clock">What this node takes the time to be.</param>
    public Task<(IReadOnlyList<NodeSeen> Nodes, StoreMoment Moment)> BeatAsync(string self, string name, DateTimeOffset clock, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Appear, new { Self = self, Name = name, Clock = clock });
        return (await session.QueryAsync<NodeSeen>(There), (await session.FirstOrDefaultAsync<StoreMoment>(Moment))!);
    }, cancel);

    private Task<IReadOnlyList<Held>> ChangeAsync(string sql, string self, IReadOnlyCollection<string> names, TimeSpan length, CancellationToken cancel) =>
        database.WriteAsync(session => session.QueryAsync<Held>(sql, new { Self = self, Names = SqlList.Of(names), Seconds = length.TotalSeconds }), cancel);
}

/// <summary>A node as the store knows it.</summary>
/// <param name="Ahead">Seconds by which its clock is ahead of the database's.</param>
public sealed record NodeSeen(string Id, string Name, DateTimeOffset StartedAt, DateTimeOffset SeenAt, double Ahead);

/// <param name="History">How often stored history was changed.</param>
/// <param name="Beside">How many commits were made by commands, which tell no node.</param>
/// <param name="At">By the database's clock.</param>
internal sealed record StoreMoment(long History, long Beside, DateTimeOffset At);
