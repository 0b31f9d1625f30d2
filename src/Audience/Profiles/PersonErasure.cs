using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>Erases a person from every slice that keeps something about them, after saying how much that is.</summary>
public sealed class PersonErasure
{
    private readonly PeopleStore _people;
    private readonly IReadOnlyList<IPersonalData> _keepers;
    private readonly IAuditLog _audit;

    /// <param name="keepers">In the order of the modules, the store first.</param>
    internal PersonErasure(PeopleStore people, IEnumerable<IPersonalData> keepers, IAuditLog audit) => (_people, _keepers, _audit) = (people, [.. keepers], audit);

    /// <returns>What is kept about the person; null when nobody has this key.</returns>
    public async Task<IReadOnlyList<PersonalRecords>?> CountAsync(string key, CancellationToken cancel = default) =>
        await FindAsync(key, cancel) is { } person ? await CountAsync(person, cancel) : null;

    /// <returns>What was erased; null when nobody has this key.</returns>
    public async Task<IReadOnlyList<PersonalRecords>?> EraseAsync(string key, CancellationToken cancel = default)
    {
        if (await FindAsync(key, cancel) is not { } person) return null;
        var records = await CountAsync(person, cancel);
        // The store last: as long as it knows the person, what was interrupted can be done again.
        foreach (var keeper in _keepers.Reverse()) await keeper.EraseAsync(person);
        await _audit.RecordAsync(new AuditEntry("person.erased", person.Key, JsonSerializer.Serialize(records.ToDictionary(r => r.Kind, r => r.Count))), CancellationToken.None);
        return records;
    }

    private async Task<ErasedPerson?> FindAsync(string key, CancellationToken cancel)
    {
        if (await _people.FindAsync(key, cancel) is not { } person) return null;
        var others = await _people.IdentitiesAsync(person.Key, cancel);
        return new ErasedPerson(person.Key, [person.Key, .. others.Select(i => i.Alias)], person.Email);
    }

    private async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel)
    {
        var records = new List<PersonalRecords>();
        foreach (var keeper in _keepers) records.AddRange(await keeper.CountAsync(person, cancel));
        return records;
    }
}
