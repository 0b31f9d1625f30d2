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

    /// <summary>Makes <see cref="PersonOf"/> answer for these keys.</summary>
    public async Task LoadAsync(Session session, IEnumerable<string> keys)
    {
        var unknown = keys.Where(k => !_person.ContainsKey(k)).Distinct().ToList();
        if (unknown.Count == 0) return;
        if (_person.Count + unknown.Count > Remembered)
        {
            _person.Clear();
            unknown = [.. keys.Distinct()];
        }
        foreach (var key in unknown) _person[key] = key;
        foreach (var known in await session.QueryAsync<Known>(Resolve, new { Keys = SqlList.Of(unknown) })) _person[known.Alias] = known.PersonKey;
    }
}
