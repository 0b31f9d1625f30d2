using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>Erases a person from every slice that keeps something about them, after saying how much that is.</summary>
public sealed class PersonErasure
{
    private readonly PeopleStore _people;
    private readonly IReadOnlyList<IPersonalData> _keepers;
    private readonly IReadOnlyList<IErasureWitness> _witnesses;
    private readonly IAuditLog _audit;

    /// <param name="keepers">In the order of the modules, the store first.</param>
    internal PersonErasure(PeopleStore people, IEnumerable<IPersonalData> keepers, IEnumerable<IErasureWitness> witnesses, IAuditLog audit) =>
        (_people, _keepers, _witnesses, _audit) = (people, [.. keepers], [.. witnesses], audit);

    /// <param name="keepTotals">False: orders and refunds go as well, and the shop's totals change.</param>
    /// <returns>What is kept about the person; null when nobody has this key.</returns>
    public async Task<IReadOnlyList<PersonalRecords>?> CountAsync(string key, bool keepTotals = true, CancellationToken cancel = default) =>
        await NameAsync(key, cancel) is { } person ? await CountAsync(person with { KeepTotals = keepTotals }, cancel) : null;

    /// <returns>What was erased; null when nobody has this key.</returns>
    public async Task<IReadOnlyList<PersonalRecords>?> EraseAsync(string key, bool keepTotals = true, CancellationToken cancel = default)
    {
        if (await NameAsync(key, cancel) is not { } found) return null;
        var person = found with { KeepTotals = keepTotals };
        var records = await CountAsync(person, cancel);
        await EraseAsync(person);
        foreach (var witness in _witnesses) await witness.ErasedAsync(person, records);
        await _audit.RecordAsync(new AuditEntry("person.erased", person.Key, JsonSerializer.Serialize(records.ToDictionary(r => r.Kind, r => r.Count))), CancellationToken.None);
        return records;
    }

    /// <summary>Erases whoever has these keys, without saying how much it was: for many at once.</summary>
    public async Task EraseAsync(ErasedPerson person)
    {
        // The store last: as long as it knows the person, what was interrupted can be done again.
        foreach (var keeper in _keepers.Reverse()) await keeper.EraseAsync(person);
    }

    /// <returns>The person a key stands for, by all their keys; null when nobody has it.</returns>
    public async Task<ErasedPerson?> NameAsync(string key, CancellationToken cancel = default)
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

/// <summary>Upward seam of <see cref="PersonErasure"/>: told of each erasure after it is done, to keep a report that names nobody.</summary>
public interface IErasureWitness
{
    Task ErasedAsync(ErasedPerson person, IReadOnlyList<PersonalRecords> records);
}
