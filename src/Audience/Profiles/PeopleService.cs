using System.Runtime.CompilerServices;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>Finds people and tells what is known of them. Looking at a named person is recorded.</summary>
public sealed class PeopleService
{
    /// <summary>Lines of one page.</summary>
    public const int PageLength = 50;

    private const int ExportLength = 5_000;

    private readonly PeopleStore _store;
    private readonly PeopleSql _list;
    private readonly TimelineStore _timeline;
    private readonly IReadOnlyList<IPeopleSets> _sets;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal PeopleService(PeopleStore store, PeopleSql list, TimelineStore timeline, IEnumerable<IPeopleSets> sets, IAuditLog audit, TimeProvider time) =>
        (_store, _list, _timeline, _sets, _audit, _time) = (store, list, timeline, [.. sets], audit, time);

    public DateTimeOffset Now => _time.GetUtcNow();

    public Task<PeoplePage> PageAsync(PeopleQuery query, CancellationToken cancel = default) => PageAsync(query, PageLength, cancel);

    public Task<long> CountAsync(PeopleQuery query, CancellationToken cancel = default) => _store.CountAsync(_list, query, cancel);

    /// <summary>Everybody of a list, some thousands at a time: nothing is held however long the reader takes.</summary>
    public async IAsyncEnumerable<IReadOnlyList<Person>> AllAsync(PeopleQuery query, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        for (var next = query; next is not null;)
        {
            var page = await PageAsync(next, ExportLength, cancel);
            yield return page.People;
            next = page.Next is null ? null : query with { After = page.Next };
        }
    }

    public Task<Person?> FindAsync(string key, CancellationToken cancel = default) => _store.FindAsync(key, cancel);

    public Task<IReadOnlyList<Identity>> IdentitiesAsync(Person person, CancellationToken cancel = default) => _store.IdentitiesAsync(person.Key, cancel);

    /// <summary>Sets of people the list can be narrowed to.</summary>
    public async Task<IReadOnlyList<PeopleSet>> SetsAsync(CancellationToken cancel = default)
    {
        var all = new List<PeopleSet>();
        foreach (var one in _sets) all.AddRange(await one.AllAsync(cancel));
        return all;
    }

    /// <summary>Sets a person is in now.</summary>
    public async Task<IReadOnlyList<PeopleSet>> SetsOfAsync(string person, CancellationToken cancel = default)
    {
        var all = new List<PeopleSet>();
        foreach (var one in _sets) all.AddRange(await one.OfAsync(person, cancel));
        return all;
    }

    /// <summary>The next lines of a person's timeline, newest first.</summary>
    /// <param name="last">The last line shown; null begins at <paramref name="start"/>.</param>
    /// <param name="start">The latest instant shown; null: now.</param>
    /// <param name="kind">One of <see cref="TimelineKinds"/>; null: everything.</param>
    /// <remarks>Looks at a month, then at ever longer stretches back, so that a recent visitor of a long history costs little.</remarks>
    public async Task<IReadOnlyList<TimelineEvent>> TimelineAsync(Person person, IReadOnlyList<Identity> identities, TimelineEvent? last, int limit, DateTimeOffset? start = null, string? kind = null, CancellationToken cancel = default)
    {
        string[] keys = [person.Key, .. identities.Select(i => i.Alias)];
        var until = last?.At ?? start ?? person.LastSeen;
        var mark = (last?.At ?? until.AddSeconds(1), last?.MessageId ?? "");
        for (var days = 31; ; days *= 4)
        {
            var from = until.AddDays(-days);
            var reached = from <= person.FirstSeen;
            var found = await _timeline.ReadAsync(keys, kind, newer: false, reached ? person.FirstSeen : from, until, mark, limit, cancel);
            if (found.Count == limit || reached) return found;
        }
    }

    /// <summary>The lines before the first one shown, newest first: for a timeline that began in the past.</summary>
    /// <param name="first">The first line shown; null: what came after <paramref name="start"/>.</param>
    public async Task<IReadOnlyList<TimelineEvent>> NewerAsync(Person person, IReadOnlyList<Identity> identities, TimelineEvent? first, int limit, DateTimeOffset start, string? kind = null, CancellationToken cancel = default)
    {
        string[] keys = [person.Key, .. identities.Select(i => i.Alias)];
        var from = first?.At ?? start;
        var mark = (from, first?.MessageId ?? "\uFFFF");
        for (var days = 31; ; days *= 4)
        {
            var until = from.AddDays(days);
            var reached = until >= person.LastSeen;
            var found = await _timeline.ReadAsync(keys, kind, newer: true, from, reached ? person.LastSeen : until, mark, limit, cancel);
            if (found.Count == limit || reached) return [.. found.Reverse()];
        }
    }

    public Task LookedAtAsync(Person person) => _audit.RecordAsync(new AuditEntry("person.viewed", person.Key));

    private async Task<PeoplePage> PageAsync(PeopleQuery query, int length, CancellationToken cancel)
    {
        var after = PeopleCursor.Parse(query.After);
        var people = await _store.PageAsync(_list, query, after, length, cancel);
        var behind = after.Behind;
        if (people.Count < length && !behind && PeopleSql.HasTwoParts(query))
        {
            var others = await _store.PageAsync(_list, query, PeopleCursor.StartOf(behind: true), length - people.Count, cancel);
            if (others.Count > 0) (people, behind) = ([.. people, .. others], true);
        }
        return new PeoplePage(people, people.Count < length ? null : PeopleCursor.Write(query, behind, people[^1]));
    }
}
