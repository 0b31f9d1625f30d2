using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>A transaction in which no event arrives; see <see cref="EventWriter.ExclusiveAsync"/>.</summary>
public sealed class ExclusiveSession
{
    private const string BySource = "source_id = @Source";

    private const string PeopleOfSource = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id
        where e.source_id = @Source and e.user_id <> ''
        """;

    // A line's id is its order's, '#', and the line's number.
    internal const string OwnMessage = "case when type = 'item' then left(message_id, length(message_id) - position('#' in reverse(message_id))) else message_id end";

    private const string PeopleOfMessages = $"""
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id
        where {OwnMessage} = any(@Ids) and e.user_id <> ''
        """;

    private const string ByMessages = $"{OwnMessage} = any(@Ids)";

    private const string MakeNobodys = "create temp table if not exists nobodys as select * from events limit 0; delete from nobodys";

    // An id that holds one of the keys would name the person; its lines follow their order.
    private const string KeepAsNobodys = $"""
        insert into nobodys (message_id, received_at, occurred_at, user_id, type, name, product_id, category, price, quantity, currency, revenue, source_id)
        select case when exists (select 1 from (select unnest(@Keys) as k) n where position(case when n.k like 'anon:%' then substr(n.k, 6) else n.k end in message_id) > 0)
                then 'erased-' || md5({OwnMessage}) || substr(message_id, length({OwnMessage}) + 1) else message_id end,
            received_at, occurred_at, '', type, name, product_id, category, price, quantity, currency, revenue, source_id
        from events where user_id = any(@Keys) and {EventErasure.ForTotals}
        """;

    private const string ByKeys = "user_id = any(@Keys)";

    private const string Nobodys = $"select {EventColumns.All} from nobodys";

    private const string DeleteIdentities = "delete from identities where user_id = any(@Keys) or alias = any(@Keys)";

    private const string DeleteMerges = """
        delete from merges where kept = any(@Keys) or merged = any(@Keys);
        delete from own_traits where user_id = any(@Keys)
        """;

    private readonly EventAppender _appender;
    private readonly IHistoryParticipant[] _historians;
    private readonly string _shopCurrency;

    internal ExclusiveSession(Session session, EventAppender appender, IHistoryParticipant[] historians, string shopCurrency) =>
        (Session, _appender, _historians, _shopCurrency) = (session, appender, historians, shopCurrency);

    public Session Session { get; }

    /// <summary>Takes events out, whose people must be counted anew; their messages can be stored again.</summary>
    /// <param name="which">Condition of the columns of <c>events</c>.</param>
    /// <returns>How many rows were removed.</returns>
    public async Task<int> RemoveEventsAsync(string which, object arguments)
    {
        await TellAsync($"select occurred_at, user_id from events where {which}", arguments);
        return await _appender.RemoveAsync(Session, which, arguments);
    }

    /// <summary>Stores rows that were events before.</summary>
    /// <param name="rows">A select of all columns of <c>events</c>, in their order.</param>
    public async Task PutBackEventsAsync(string rows, object? arguments = null)
    {
        await TellAsync(rows, arguments);
        await _appender.PutBackAsync(Session, rows, arguments);
    }

    /// <summary>Computes the running rows of these people anew from their stored events; their traits stay.</summary>
    /// <param name="keepEmpty">Whether people without any event keep a row for their traits.</param>
    public Task RecomputeAsync(IReadOnlyCollection<string> people, bool keepEmpty = true) => ProfileStore.RecomputeAsync(_appender, Session, people, _shopCurrency, keepEmpty);

    /// <summary>Replaces a person's traits.</summary>
    /// <param name="traits">JSON object, or null for none.</param>
    public Task WriteTraitsAsync(string person, string? traits) => ProfileStore.WriteTraitsAsync(Session, new Dictionary<string, string?> { [person] = traits });

    /// <summary>Sets or removes single traits of a person; under a merge those of both.</summary>
    /// <param name="patch">JSON object; null values remove.</param>
    /// <returns>The traits before and after; null when nobody has this key.</returns>
    public async Task<(string? Before, string? After)?> PatchTraitsAsync(string person, string patch)
    {
        if ((await ProfileStore.ReadAsync(Session, [person])) is not [var row]) return null;
        var after = TraitPatch.Merge(row.Traits, patch);
        await WriteTraitsAsync(person, after);
        await OwnTraits.PatchAsync(Session, await Merging.OwnersAsync(Session, person), patch);
        return (row.Traits, after);
    }

    /// <summary>As <see cref="PatchTraitsAsync(string, string)"/>, of many people at once; keys of nobody are left out.</summary>
    /// <param name="patches">Person to JSON object; null values remove.</param>
    public async Task PatchTraitsAsync(IReadOnlyDictionary<string, string> patches)
    {
        var rows = await ProfileStore.ReadAsync(Session, patches.Keys);
        if (rows.Count == 0) return;
        await ProfileStore.WriteTraitsAsync(Session, rows.ToDictionary(r => r.UserId, r => TraitPatch.Merge(r.Traits, patches[r.UserId])));
        foreach (var person in await Merging.MergedAsync(Session, patches.Keys)) await OwnTraits.PatchAsync(Session, await Merging.OwnersAsync(Session, person), patches[person]);
    }

    /// <summary>Removes all events of one source, such as an import, and takes them out of the rows of their people.</summary>
    /// <param name="putBack">Stores what the source had taken the place of, and tells whose it is; runs when the source's events are gone.</param>
    /// <returns>How many event rows were removed.</returns>
    public async Task<int> RemoveSourceAsync(string sourceId, Func<Task<IReadOnlyList<string>>>? putBack = null)
    {
        var people = (await Session.QueryAsync<string>(PeopleOfSource, new { Source = sourceId })).ToHashSet();
        var removed = await RemoveEventsAsync(BySource, new { Source = sourceId });
        if (putBack is not null) people.UnionWith(await putBack());
        if (people.Count > 0) await RecomputeAsync(people, keepEmpty: false);
        return removed;
    }

    /// <summary>Has an embedded store copied into a new file soon, so that removed bytes leave the disk.</summary>
    public Task WantCompactionAsync() => Session.ExecuteAsync(Compaction.Want);

    /// <summary>Makes one person of two; nothing in <c>events</c> changes.</summary>
    /// <returns>False when one of them is nobody, or not a person of their own any more.</returns>
    public Task<bool> MergeAsync(Merge merge) => Merging.MergeAsync(this, merge);

    /// <summary>Makes two people of one again, exactly as if they had never been merged, with what came meanwhile.</summary>
    /// <returns>The two, or null when there is no such merge or it was undone before.</returns>
    public Task<(string Kept, string Merged)?> UnmergeAsync(string mergeId, string by, DateTimeOffset at) => Merging.UnmergeAsync(this, mergeId, by, at);

    /// <summary>
    /// Removes everything stored under these keys. What the totals need of it (orders, refunds and their lines) stays as
    /// rows of nobody: time, product, amounts and the message id, so that a file imported again does not bring it back.
    /// </summary>
    /// <param name="keepTotals">False: nothing stays, and the shop's totals change.</param>
    public async Task EraseAsync(IReadOnlyCollection<string> keys, bool keepTotals = true)
    {
        var arguments = new { Keys = SqlList.Of(keys) };
        await Session.ExecuteAsync(MakeNobodys);
        if (keepTotals) await Session.ExecuteAsync(KeepAsNobodys, arguments);
        await RemoveEventsAsync(ByKeys, arguments);
        await PutBackEventsAsync(Nobodys);
        await Session.ExecuteAsync(DeleteIdentities, arguments);
        await Session.ExecuteAsync(DeleteMerges, arguments);
        await ProfileStore.DeleteAsync(Session, keys);
        await Session.ExecuteAsync(Compaction.Want);
    }

    /// <summary>Removes events by message id together with their lines, so that they can be stored anew.</summary>
    public async Task RemoveMessagesAsync(IReadOnlyCollection<string> messageIds)
    {
        var ids = SqlList.Of(messageIds);
        var people = await Session.QueryAsync<string>(PeopleOfMessages, new { Ids = ids });
        await RemoveEventsAsync(ByMessages, new { Ids = ids });
        if (people.Count > 0) await RecomputeAsync([.. people]);
    }

    /// <summary>Has those know who keep something made of these rows.</summary>
    private async Task TellAsync(string rows, object? arguments)
    {
        foreach (var historian in _historians) await historian.ChangeAsync(Session, new ChangedEvents(Session, rows, arguments));
    }
}
