using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>Which key a key stands for, with a bounded memory of what the store said. Not for two threads.</summary>
internal sealed class IdentityCache
{
    private const string Resolve = "select alias as Alias, user_id as PersonKey, own_id as OwnKey from identities where alias = any(@Keys)";
    private const int Remembered = 1_000_000;

    private readonly Dictionary<string, Stand> _person = [];

    private sealed record Known(string Alias, string PersonKey, string? OwnKey);

    /// <param name="Own">Whose the key is without any merge; null where no merge is involved.</param>
    private readonly record struct Stand(string Person, string? Own);

    /// <summary>Whose the key is without any merge.</summary>
    public string OwnerOf(string key) => _person[key] is var stand && stand.Own is { } own ? own : stand.Person;

    /// <returns>Who the key stands for, and what its events are stored under: the key itself while a merge is involved, since that may be undone.</returns>
    public (string Person, string Stored) Of(string key) => _person[key] is var stand && stand.Own is null ? (stand.Person, stand.Person) : (stand.Person, key);

    public bool IsLinked(string key) => _person.TryGetValue(key, out var stand) && stand.Person != key;

    /// <param name="user">A key whose person the alias turned out to be.</param>
    public void Link(string alias, string user) => _person[alias] = _person[user];

    public void Clear() => _person.Clear();

    /// <summary>The store is asked again.</summary>
    public void Forget(string key) => _person.Remove(key);

    /// <summary>The keys of these events that <see cref="LoadAsync"/> must ask the store about.</summary>
    public IReadOnlyCollection<string> Unknown(IReadOnlyList<ShopEvent> events)
    {
        var unknown = new HashSet<string>();
        Collect(events, unknown);
        if (_person.Count + unknown.Count <= Remembered) return unknown;
        _person.Clear();
        Collect(events, unknown);
        return unknown;
    }

    /// <summary>Makes <see cref="Of"/> answer for these keys.</summary>
    public async Task LoadAsync(Session session, IReadOnlyCollection<string> unknown)
    {
        if (unknown.Count == 0) return;
        var known = await session.QueryAsync<Known>(Resolve, new { Keys = SqlList.Of(unknown) });
        foreach (var key in unknown) _person[key] = new Stand(key, null);
        foreach (var one in known) _person[one.Alias] = new Stand(one.PersonKey, one.OwnKey);
    }

    private void Collect(IReadOnlyList<ShopEvent> events, HashSet<string> unknown)
    {
        foreach (var e in events)
        {
            if (e.UserId is { } user && !_person.ContainsKey(user)) unknown.Add(user);
            if (e.AnonymousId is { } anonymous && PersonKey.OfAnonymous(anonymous) is var alias && !_person.ContainsKey(alias)) unknown.Add(alias);
            if (e.PreviousId is { } previous && PersonKey.OfAnonymous(previous) is var earlier && !_person.ContainsKey(earlier)) unknown.Add(earlier);
        }
    }
}
