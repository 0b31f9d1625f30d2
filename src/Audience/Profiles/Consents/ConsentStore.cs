using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

internal sealed record LastWord(string Person, string Purpose, DateTimeOffset? Granted, DateTimeOffset? Refused);

/// <summary>What people said of each purpose. Written with the events that say it.</summary>
internal sealed class ConsentStore(Database database) : ICommitParticipant
{
    private const string Insert = """
        insert into consents (user_id, purpose, granted, changed_at, recorded_at, source, changed_by, note)
        values (@Key, @Purpose, @Granted, @ChangedAt, @RecordedAt, @Source, @ChangedBy, @Note)
        """;

    // The newest of each key; of two of the same moment the refusal holds.
    private const string Newest = """
        select user_id as Key, purpose as Purpose, granted as Granted, changed_at as ChangedAt from (
            select *, row_number() over (partition by user_id, purpose order by changed_at desc, granted) as place from consents where user_id = any(@Keys)) c
        where place = 1
        """;

    private const string Changes = """
        select purpose as Purpose, granted as Granted, changed_at as ChangedAt, source as Source, changed_by as ChangedBy, note as Note
        from consents where user_id = any(@Keys) order by changed_at desc, granted, recorded_at desc limit 200
        """;

    private const string LastWords = """
        select coalesce(i.user_id, c.user_id) as Person, c.purpose as Purpose, max(c.changed_at) filter (where c.granted) as Granted, max(c.changed_at) filter (where not c.granted) as Refused
        from consents c left join identities i on i.alias = c.user_id where c.user_id = any(@Keys) group by 1, 2
        """;

    private sealed record Known(string Key, string Purpose, bool Granted, DateTimeOffset ChangedAt);

    public Task<IReadOnlyList<ConsentChange>> ChangesAsync(IEnumerable<string> keys, CancellationToken cancel) =>
        database.QueryAsync<ConsentChange>(Changes, new { Keys = SqlList.Of(keys) }, cancel);

    /// <summary>When each of these people last agreed and last refused, under whichever of their keys.</summary>
    public static async Task<IReadOnlyList<LastWord>> LastWordsAsync(Session session, IReadOnlyCollection<string> people) =>
        await session.QueryAsync<LastWord>(LastWords, new { Keys = SqlList.Of(await PersonKeys.OfAsync(session, people)) });

    public Task AddAsync(string key, ConsentChange change, DateTimeOffset now) => database.ExecuteAsync(Insert, Row(key, change, now));

    /// <summary>Notes what changed; clients say the same with every page.</summary>
    public async Task WriteAsync(Session session, IReadOnlyList<ShopEvent> events)
    {
        var said = new List<(ShopEvent Event, string Purpose, bool Granted)>();
        foreach (var e in events)
            if (e.PersonKey is not null)
                foreach (var (purpose, granted) in ConsentReader.Read(e)) said.Add((e, purpose, granted));
        if (said.Count == 0) return;
        var known = (await session.QueryAsync<Known>(Newest, new { Keys = SqlList.Of(said.Select(s => s.Event.StoredKey!).Distinct()) }))
            .ToDictionary(k => (k.Key, k.Purpose), k => (k.Granted, k.ChangedAt));
        foreach (var (e, purpose, granted) in said)
        {
            var key = (e.StoredKey!, purpose);
            var at = e.OccurredAt < e.ReceivedAt ? e.OccurredAt : e.ReceivedAt;
            if (known.TryGetValue(key, out var before) && before.Granted == granted && before.ChangedAt <= at) continue;
            if (before.ChangedAt <= at) known[key] = (granted, at);
            await session.ExecuteAsync(Insert, Row(e.StoredKey!, new ConsentChange(purpose, granted, at, e.SourceId, null, null), e.ReceivedAt));
        }
    }

    private static object Row(string key, ConsentChange change, DateTimeOffset now) =>
        new { Key = key, change.Purpose, change.Granted, change.ChangedAt, RecordedAt = now, change.Source, change.ChangedBy, change.Note };
}
