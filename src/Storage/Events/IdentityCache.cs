using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>Which key a key stands for, with a bounded memory of what the store said. Not for two threads.</summary>
internal sealed class IdentityCache
{
    private const string Resolve = "select alias as Alias, user_id as PersonKey from identities where alias = any(@Keys)";
    private const int Remembered = 1_000_000;

    private readonly Dictionary<string, string> _person = [];

    private sealed record Known(string Alias, string PersonKey);

    public string PersonOf(string key) => _person[key];

    public bool IsLinked(string key) => _person.TryGetValue(key, out var person) && person != key;

    public void Link(string alias, string person) => _person[alias] = person;

    public void Clear() => _person.Clear();

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

    /// <summary>Makes <see cref="PersonOf"/> answer for these keys.</summary>
    public async Task LoadAsync(Session session, IReadOnlyCollection<string> unknown)
    {
        if (unknown.Count == 0) return;
        var known = await session.QueryAsync<Known>(Resolve, new { Keys = SqlList.Of(unknown) });
        foreach (var key in unknown) _person[key] = key;
        foreach (var one in known) _person[one.Alias] = one.PersonKey;
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
