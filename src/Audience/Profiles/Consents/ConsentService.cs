using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Profiles;

/// <summary>
/// Who may be written to, recommended to, and learned from. Whatever mails, recommends or trains asks here: one person by
/// <see cref="AllowsAsync"/>, a handful by <see cref="AllowedAsync"/>, many in SQL by <see cref="Allows"/>. What somebody said last holds, under whichever of their keys.
/// </summary>
public sealed class ConsentService
{
    private readonly ConsentStore _store;
    private readonly PeopleStore _people;
    private readonly ConsentOptions _options;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal ConsentService(ConsentStore store, PeopleStore people, IOptions<ConsentOptions> options, IAuditLog audit, TimeProvider time) =>
        (_store, _people, _options, _audit, _time) = (store, people, options.Value, audit, time);

    /// <summary>A condition of SQL, without parameters: true where the person may be used for the purpose.</summary>
    /// <param name="purpose">One of <see cref="Purposes"/>.</param>
    /// <param name="person">Expression of the person's key (with merged keys resolved), such as <c>p.user_id</c>.</param>
    public string Allows(string purpose, string person = "user_id") => _options.ByDefault(purpose)
        ? $"not exists (select 1 from ({Said(purpose, granted: false)}) denied where denied.person = {person})"
        : $"exists (select 1 from ({Said(purpose, granted: true)}) agreed where agreed.person = {person})";

    /// <summary>A select of SQL, without parameters: column <c>user_id</c> holds the key of everybody who may not be used for the purpose.</summary>
    /// <remarks>Join or <c>not exists</c> it: <c>not in</c> over a large set is slow on PostgreSQL.</remarks>
    public string Without(string purpose) => $"select w.user_id from profiles w where not ({Allows(purpose, "w.user_id")})";

    /// <returns>False too where nobody has this key and the purpose needs agreement.</returns>
    public async Task<bool> AllowsAsync(string key, string purpose, CancellationToken cancel = default) => (await OfAsync(key, cancel)).First(c => c.Purpose == purpose).Allowed;

    /// <summary>As <see cref="Allows"/>, of a handful of people: looks at what these said, not at what everybody did.</summary>
    /// <param name="people">Their own keys.</param>
    /// <returns>Who may be used for what.</returns>
    public async Task<IReadOnlySet<(string Person, string Purpose)>> AllowedAsync(Session session, IReadOnlyCollection<string> people, IReadOnlyList<string> purposes)
    {
        var said = (await ConsentStore.LastWordsAsync(session, people)).ToDictionary(w => (w.Person, w.Purpose));
        return people.SelectMany(person => purposes.Select(purpose => (person, purpose)))
            .Where(p => said.TryGetValue(p, out var word) ? word.Granted is { } yes && !(word.Refused >= yes) : _options.ByDefault(p.purpose)).ToHashSet();
    }

    /// <summary>What holds for each purpose.</summary>
    public async Task<IReadOnlyList<Consent>> OfAsync(string key, CancellationToken cancel = default) => States(await HistoryAsync(key, cancel));

    /// <summary>Every change, newest first.</summary>
    public async Task<IReadOnlyList<ConsentChange>> HistoryAsync(string key, CancellationToken cancel = default) => await _store.ChangesAsync(await _people.KeysAsync(key, cancel), cancel);

    /// <summary>What a history (newest first) comes to.</summary>
    public IReadOnlyList<Consent> States(IReadOnlyList<ConsentChange> changes) => [.. Purposes.All.Select(purpose =>
    {
        var last = changes.FirstOrDefault(c => c.Purpose == purpose);
        return new Consent(purpose, last?.Granted, last?.Granted ?? _options.ByDefault(purpose), last?.ChangedAt);
    })];

    /// <param name="by">Who changes it.</param>
    /// <param name="note">Why, such as "asked by telephone".</param>
    public async Task SetAsync(string key, string purpose, bool granted, string by, string? note = null, CancellationToken cancel = default)
    {
        _ = _options.ByDefault(purpose);
        var before = (await OfAsync(key, cancel)).First(c => c.Purpose == purpose);
        if (before.Said == granted) return;
        var now = _time.GetUtcNow();
        var person = (await _people.KeysAsync(key, cancel))[0];
        await _store.AddAsync(person, new ConsentChange(purpose, granted, now, "page", by, string.IsNullOrWhiteSpace(note) ? null : note.Trim()), now);
        await _audit.RecordAsync(new AuditEntry("person.consent_changed", person, JsonSerializer.Serialize(new { purpose, before = before.Said, after = granted })), cancel);
    }

    private static string Said(string purpose, bool granted)
    {
        var (yes, no) = ("max(c.changed_at) filter (where c.granted)", "max(c.changed_at) filter (where not c.granted)");
        var holds = granted ? $"{yes} is not null and ({no} is null or {yes} > {no})" : $"{no} is not null and ({yes} is null or {no} >= {yes})";
        return $"select coalesce(i.user_id, c.user_id) as person from consents c left join identities i on i.alias = c.user_id where c.purpose = '{purpose}' group by 1 having {holds}";
    }
}
