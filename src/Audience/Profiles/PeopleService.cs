using System.Globalization;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>Finds people and tells what is known of them. Looking at a named person is recorded.</summary>
public sealed class PeopleService
{
    /// <summary>Lines of one page.</summary>
    public const int PageLength = 50;

    private readonly PeopleStore _store;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal PeopleService(PeopleStore store, IAuditLog audit, TimeProvider time) => (_store, _audit, _time) = (store, audit, time);

    public async Task<PeoplePage> PageAsync(PeopleQuery query, CancellationToken cancel = default)
    {
        var people = await _store.PageAsync(query, Parse(query.After), PageLength, cancel);
        return new PeoplePage(people, people.Count < PageLength ? null : Write(query, people[^1]));
    }

    public Task<long> CountAsync(PeopleQuery query, CancellationToken cancel = default) => _store.CountAsync(query, cancel);

    public Task<Person?> FindAsync(string key, CancellationToken cancel = default) => _store.FindAsync(key, cancel);

    public Task<IReadOnlyList<Identity>> IdentitiesAsync(Person person, CancellationToken cancel = default) => _store.IdentitiesAsync(person.Key, cancel);

    /// <summary>The next lines of a person's timeline, newest first.</summary>
    /// <param name="last">The last line shown; null begins at <paramref name="start"/>.</param>
    /// <param name="start">The latest instant shown; null: now.</param>
    /// <remarks>Looks at a month, then at ever longer stretches back, so that a recent visitor of a long history costs little.</remarks>
    public async Task<IReadOnlyList<TimelineEvent>> TimelineAsync(Person person, IReadOnlyList<Identity> identities, TimelineEvent? last, int limit, DateTimeOffset? start = null, CancellationToken cancel = default)
    {
        string[] keys = [person.Key, .. identities.Select(i => i.Alias)];
        var until = last?.At ?? start ?? person.LastSeen;
        var (before, beforeId) = (last?.At ?? until.AddSeconds(1), last?.MessageId ?? "");
        for (var days = 31; ; days *= 4)
        {
            var from = until.AddDays(-days);
            var reached = from <= person.FirstSeen;
            var found = await _store.TimelineAsync(keys, reached ? person.FirstSeen : from, until, before, beforeId, limit, cancel);
            if (found.Count == limit || reached) return found;
        }
    }

    public Task LookedAtAsync(Person person) => _audit.RecordAsync(new AuditEntry("person.viewed", person.Key));

    /// <summary>Personal data for those who may not see it: enough to tell people apart, no more.</summary>
    public static string? Mask(string? personal)
    {
        if (string.IsNullOrEmpty(personal)) return null;
        var at = personal.IndexOf('@', StringComparison.Ordinal);
        return at > 0 ? $"{personal[0]}***@…" : $"{personal[0]}***";
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    private static string Write(PeopleQuery query, Person last) => query.Sort switch
    {
        "revenue" => last.NetRevenue.ToString(CultureInfo.InvariantCulture),
        "orders" => last.Orders.ToString(CultureInfo.InvariantCulture),
        _ => last.LastSeen.UtcTicks.ToString(CultureInfo.InvariantCulture),
    } + "~" + last.Key;

    private static Cursor Parse(string? text)
    {
        if (text?.Split('~', 2) is not [var number, var key] || !decimal.TryParse(number, CultureInfo.InvariantCulture, out var value)) return Cursor.Start;
        var ticks = value > 0 && value <= DateTime.MaxValue.Ticks ? (long)value : 0;
        return new Cursor(new DateTimeOffset(ticks, TimeSpan.Zero), value, key);
    }
}
