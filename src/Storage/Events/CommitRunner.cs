using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Events;

/// <summary>Carries commits out and tells the observers. Everything here runs on the writer's one loop.</summary>
internal sealed class CommitRunner(Database database, string shopCurrency, ICommittedEvents[] observers, ICommitParticipant[] participants, IHistoryParticipant[] historians, TimeProvider time, ILogger logger)
{
    private const string OpenSessions = """
        select coalesce(i.user_id, e.user_id) as Person, e.session_id as Session, max(e.occurred_at) as Last
        from events e left join identities i on i.alias = e.user_id
        where e.occurred_at >= @Since and e.session_id is not null and e.user_id <> '' group by 1, 2
        """;

    private const string HistoryVersion = "select version from history where id = 1";

    private const string WriteLinks = """
        insert into identities (alias, user_id, kind, since, own_id)
        select alias, user_id, kind, @Since, case when own_id <> user_id then own_id end
        from (select unnest(@Aliases) as alias, unnest(@Persons) as user_id, unnest(@Kinds) as kind, unnest(@Owners) as own_id) l on conflict (alias) do nothing
        """;

    private const int MostOutrun = 20;

    private static readonly Meter Meter = new("BehaviorDashboard.Storage");
    private static readonly ActivitySource Traces = new(Meter.Name);
    private static readonly Counter<long> Stored = Meter.CreateCounter<long>("behavior.events.stored", description: "Events made durable");
    private static readonly Counter<long> Duplicates = Meter.CreateCounter<long>("behavior.events.duplicate", description: "Events stored before");
    private static readonly Histogram<double> CommitTime = Meter.CreateHistogram<double>("behavior.commit.duration", "ms", "Time of one commit");

    private readonly EventAppender _appender = database.Dialect.Name == "duckdb" ? new DuckDbEventAppender() : new PostgresEventAppender();
    private readonly IdentityCache _identities = new();
    private readonly SessionDoubts _doubts = new();
    private readonly OrderIdentity _orders = new(database.Dialect.Name == "duckdb");
    private SessionTracker _sessions = null!;
    private bool _prepared;
    private bool _tracked;
    private bool _merges;

    private long _history;

    private sealed record OpenSession(string Person, string Session, DateTimeOffset Last);

    /// <summary>How often stored history had been changed when this node last looked.</summary>
    public long History => Interlocked.Read(ref _history);

    public async Task<AppendResult[]> StoreAsync(IReadOnlyList<ShopEvent>[] batches)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryStoreAsync(batches);
            }
            catch (OutrunException other) when (attempt < MostOutrun)
            {
                // The sessions of this attempt are marked as seen, though none of them was stored.
                foreach (var e in batches.SelectMany(b => b))
                {
                    if (e.PersonKey is { } person) _doubts.Add(person);
                    if (e.AnonymousId is { } anonymous) _identities.Forget(PersonKey.OfAnonymous(anonymous));
                    if (e.PreviousId is { } previous) _identities.Forget(PersonKey.OfAnonymous(previous));
                }
                other.Follow();
            }
            catch (DbException problem)
            {
                // What was remembered may be ahead of the store: read it again.
                _tracked = false;
                if (attempt == 3 || !database.Dialect.IsConflict(problem)) throw;
            }
            catch
            {
                _tracked = false;
                throw;
            }
        }
    }

    public async Task ExclusiveAsync(Func<ExclusiveSession, Task> work)
    {
        await PrepareAsync();
        var history = await database.WriteAsync(async session =>
        {
            var (_, changed) = await _appender.EnterAsync(session, alone: true);
            await work(new ExclusiveSession(session, _appender, historians, shopCurrency));
            return changed;
        });
        Rewritten(history);
    }

    /// <summary>Writes what is no change of stored history while no event is on its way into the store, from this node or another.</summary>
    public Task BetweenAsync(Func<Session, Task> work) => database.WriteAsync(async session =>
    {
        await _appender.WaitAloneAsync(session);
        await work(session);
    });

    /// <summary>Another node stored these: its sessions and identities are known here.</summary>
    public void Hear(CommittedBatch batch)
    {
        if (!_prepared || !_tracked) return;
        foreach (var link in batch.Links)
        {
            _identities.Forget(link.Alias);
            _sessions.Link(link.Alias, link.PersonKey);
        }
        foreach (var e in batch.Events)
            if (e.PersonKey is { } person && e.SessionId is { } session && !_sessions.IsNew(person, session, e.OccurredAt) && e.BeganSession) _doubts.Add(person);
    }

    /// <summary>Begins anew where another node changed stored history.</summary>
    public async Task LookAtHistoryAsync()
    {
        await PrepareAsync();
        if (await database.ScalarAsync<long>(HistoryVersion) is var history && history > History) Rewritten(history);
    }

    /// <summary>Counts the sessions of those seen since anew.</summary>
    public async Task DoubtSinceAsync(DateTimeOffset since)
    {
        await PrepareAsync();
        await database.ReadAsync(async session =>
        {
            await _doubts.LoadAsync(session, since);
            return true;
        });
    }

    /// <summary>Counts anew what could only be guessed at arrival; see <see cref="SessionDoubts"/>.</summary>
    /// <returns>Whether nothing is left in doubt.</returns>
    public async Task<bool> SettleAsync()
    {
        await PrepareAsync();
        if (_doubts.Any) await _doubts.SettleAsync(database, _appender);
        return !_doubts.Any;
    }

    private async Task<AppendResult[]> TryStoreAsync(IReadOnlyList<ShopEvent>[] batches)
    {
        var started = Stopwatch.GetTimestamp();
        await PrepareAsync();
        var results = batches.Select(b => new AppendResult(new bool[b.Count])).ToArray();
        var (events, hashes, replaced, told) = await FindNewAsync(batches, results);
        if (events.Count == 0) return results;
        using var trace = Traces.StartActivity("store events");
        trace?.SetTag("behavior.events", events.Count).SetTag("behavior.batches", batches.Length);
        await _appender.MakeRoomAsync(database, events, time.GetUtcNow());
        var commit = Commit.Make(events, _identities, _sessions, _doubts, shopCurrency);
        var history = await database.WriteAsync(async session =>
        {
            var (before, after) = await _appender.EnterAsync(session, alone: replaced.Count > 0);
            if (before != History) throw new OutrunException(() => Rewritten(before));
            if (_appender.IsShared) await LockOrdersAsync(session, events, told);
            if (replaced.Count > 0) await OrderIdentity.RemoveAsync(new ExclusiveSession(session, _appender, historians, shopCurrency), replaced);
            await WriteAsync(session, commit);
            return after;
        });
        Interlocked.Exchange(ref _history, history);
        _appender.Committed(hashes);
        _orders.Committed(events);
        Stored.Add(events.Count);
        CommitTime.Record(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Tell(o => o.OnCommitted(new CommittedBatch(events, commit.Links)));
        if (replaced.Count > 0) Tell(o => o.OnRewritten());
        return results;
    }

    /// <summary>Reads what must be known before the first commit, once.</summary>
    public async Task PrepareAsync()
    {
        if (_prepared && _tracked) return;
        await database.ReadAsync(async session =>
        {
            if (!_prepared) await _appender.PrepareAsync(session);
            if (!_prepared) await _orders.PrepareAsync(session);
            if (!_prepared) await _doubts.LoadAsync(session);
            if (!_prepared) Interlocked.Exchange(ref _history, await session.ScalarAsync<long>(HistoryVersion));
            _identities.Clear();
            _merges = await session.ScalarAsync<long>(OwnTraits.Count) > 0;
            var now = time.GetUtcNow();
            var since = now - 2 * SessionTracker.Gap;
            _sessions = new SessionTracker(since, now);
            foreach (var open in await session.QueryAsync<OpenSession>(OpenSessions, new { Since = since }))
                _sessions.IsNew(open.Person, open.Session, open.Last);
            return _prepared = _tracked = true;
        });
    }

    /// <summary>Two nodes may be told of one order at one instant: where the other was ahead, the commit is judged again.</summary>
    private async Task LockOrdersAsync(Session session, List<ShopEvent> events, IReadOnlyList<OrderTold> told)
    {
        var numbers = events.Where(SameOrder.Tells).Select(e => e.OrderId!).ToHashSet();
        if (numbers.Count == 0) return;
        await _appender.LockOrdersAsync(session, numbers);
        var now = await OrderIdentity.FindAsync(session, numbers);
        if (!now.Select(o => o.MessageId).ToHashSet().SetEquals(told.Where(o => numbers.Contains(o.OrderId)).Select(o => o.MessageId))) throw new OutrunException(() => { });
    }

    private async Task<(List<ShopEvent> Events, List<ulong> Hashes, IReadOnlyList<OrderTold> Replaced, IReadOnlyList<OrderTold> Told)> FindNewAsync(IReadOnlyList<ShopEvent>[] batches, AppendResult[] results)
    {
        var size = batches.Sum(b => b.Count);
        var first = new Dictionary<string, (int Batch, int Index)>(size);
        var (events, hashes) = (new List<ShopEvent>(size), new List<ulong>(size));
        for (var b = 0; b < batches.Length; b++)
            for (var i = 0; i < batches[b].Count; i++)
            {
                var e = batches[b][i];
                if (first.TryAdd(e.MessageId, (b, i)))
                {
                    events.Add(e);
                    hashes.Add(DuckDbEventAppender.Hash(e.MessageId));
                }
                else results[b].Duplicate[i] = true;
            }
        var suspects = _appender.Suspects(events, hashes);
        var unknown = _identities.Unknown(events);
        var orders = _orders.Suspects(events);
        HashSet<string> stored = [];
        IReadOnlyList<OrderTold> told = [], replaced = [];
        if (suspects.Count + unknown.Count + orders.Count > 0)
            await database.ReadAsync(async session =>
            {
                await _identities.LoadAsync(session, unknown);
                if (suspects.Count > 0) stored = await _appender.FindStoredAsync(session, suspects);
                if (orders.Count > 0) told = await OrderIdentity.FindAsync(session, orders);
                return true;
            });
        if (orders.Count > 0)
        {
            (var dropped, replaced) = OrderIdentity.Judge(events.Where(e => !stored.Contains(e.MessageId)), orders, told, _identities);
            if (dropped.Count > 0) stored.UnionWith(events.Where(e => OrderIdentity.IsOf(e, dropped)).Select(e => e.MessageId));
        }
        Duplicates.Add(stored.Count + size - events.Count);
        if (stored.Count == 0) return (events, hashes, replaced, told);
        foreach (var id in stored)
        {
            var (batch, index) = first[id];
            results[batch].Duplicate[index] = true;
        }
        var kept = events.Zip(hashes).Where(x => !stored.Contains(x.First.MessageId)).ToList();
        return ([.. kept.Select(x => x.First)], [.. kept.Select(x => x.Second)], replaced, told);
    }

    private async Task WriteAsync(Session session, Commit commit)
    {
        await _appender.InsertAsync(session, commit.Events);
        var deltas = commit.Deltas.ToDictionary(d => d.UserId);
        var patches = commit.Traits.ToLookup(t => t.Person, t => t.Traits);
        var aliases = commit.Links.Select(l => l.Alias).ToList();
        if (aliases.Count > 0) await _appender.LockAliasesAsync(session, aliases);
        if (patches.Count > 0) await _appender.LockPeopleAsync(session, [.. patches.Select(p => p.Key)]);
        var rows = aliases.Count + patches.Count == 0 ? [] :
            (await ProfileStore.ReadAsync(session, aliases.Concat(patches.Select(p => p.Key)).Concat(commit.Links.Select(l => l.PersonKey)).Distinct())).ToDictionary(r => r.UserId);
        foreach (var link in commit.Links)
        {
            // A row without anything was made to lock the key.
            if (!rows.TryGetValue(link.Alias, out var row) || (row.Events == 0 && row.Traits is null)) continue;
            var sum = row.ToDelta(link.PersonKey);
            if (deltas.TryGetValue(link.PersonKey, out var delta)) sum.Add(delta);
            deltas[link.PersonKey] = sum;
        }
        if (aliases.Count > 0)
        {
            await ProfileStore.DeleteAsync(session, aliases);
            var linked = await session.ExecuteAsync(WriteLinks, new
            {
                Aliases = SqlList.Of(aliases),
                Persons = SqlList.Of(commit.Links.Select(l => l.PersonKey)),
                Kinds = SqlList.Of(commit.Links.Select(l => l.Kind)),
                Owners = SqlList.Of(commit.Links.Select(l => l.Owner)),
                Since = commit.Links[0].Since,
            });
            if (_appender.IsShared && linked < aliases.Count) throw new OutrunException(() => { });
        }
        if (!await ProfileStore.ApplyAsync(_appender, session, deltas.Values) && _appender.IsShared) throw new OutrunException(() => { });
        if (await _appender.TakenAsync(session, [.. deltas.Keys.Where(PersonKey.IsAnonymous)]) is { Count: > 0 } taken) throw new OutrunException(() => Forget(taken));
        await WriteTraitsAsync(session, commit, rows, patches);
        if (_merges) await OwnTraits.ApplyAsync(session, commit, rows);
        foreach (var participant in participants) await participant.WriteAsync(session, commit.Events);
    }

    /// <summary>A person's own traits win over those of an alias; patches apply in the order of arrival.</summary>
    private static Task WriteTraitsAsync(Session session, Commit commit, Dictionary<string, ProfileRow> rows, ILookup<string, string> patches)
    {
        var inherited = commit.Links.Where(l => rows.TryGetValue(l.Alias, out var row) && row.Traits is not null).ToLookup(l => l.PersonKey, l => rows[l.Alias].Traits);
        var people = patches.Select(p => p.Key).Concat(inherited.Select(i => i.Key)).Distinct().ToList();
        if (people.Count == 0) return Task.CompletedTask;
        return ProfileStore.WriteTraitsAsync(session, people.ToDictionary(person => person, person =>
        {
            var start = inherited[person].Aggregate((string?)null, TraitPatch.Merge);
            var own = TraitPatch.Merge(start, rows.GetValueOrDefault(person)?.Traits);
            return patches[person].Aggregate(own, TraitPatch.Merge);
        }));
    }

    private void Forget(IEnumerable<string> keys)
    {
        foreach (var key in keys) _identities.Forget(key);
    }

    private void Rewritten(long history)
    {
        Interlocked.Exchange(ref _history, history);
        _tracked = false;
        Tell(o => o.OnRewritten());
    }

    /// <summary>Another node was ahead: what was remembered has changed, and the commit is made anew.</summary>
    private sealed class OutrunException(Action follow) : Exception("Another node was ahead.")
    {
        public Action Follow { get; } = follow;
    }

    private void Tell(Action<ICommittedEvents> what)
    {
        foreach (var observer in observers)
        {
            try
            {
                what(observer);
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "{Observer} failed on a commit.", observer.GetType().Name);
            }
        }
    }
}
