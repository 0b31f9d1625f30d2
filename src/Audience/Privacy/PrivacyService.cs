using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Profiles;

namespace BehaviorDashboard.Privacy;

/// <summary>Says what an erasure touches before it is done, does it, and keeps a report of it that names nobody.</summary>
public sealed class PrivacyService
{
    private readonly PersonErasure _erasure;
    private readonly PeopleService _people;
    private readonly ModelRegistry _models;
    private readonly PrivacyStore _store;

    internal PrivacyService(PersonErasure erasure, PeopleService people, ModelRegistry models, PrivacyStore store) =>
        (_erasure, _people, _models, _store) = (erasure, people, models, store);

    /// <returns>Null when nobody has this key.</returns>
    public async Task<ErasurePlan?> PlanAsync(string key, bool keepTotals, CancellationToken cancel = default)
    {
        if (await _people.FindAsync(key, cancel) is not { } person) return null;
        await _people.LookedAtAsync(person);
        if (await _erasure.CountAsync(key, keepTotals, cancel) is not { } records) return null;
        return new ErasurePlan(records, await ModelsAsync(_models, person.FirstSeen, cancel));
    }

    public Task<IReadOnlyList<PersonalRecords>?> EraseAsync(string key, bool keepTotals) => _erasure.EraseAsync(key, keepTotals);

    public Task<IReadOnlyList<ErasureReport>> ReportsAsync(CancellationToken cancel = default) => _store.ReportsAsync(200, cancel);

    public Task<long> CountAsync(CancellationToken cancel = default) => _store.CountAsync(cancel);

    public Task<DiskState> DiskAsync(CancellationToken cancel = default) => _store.DiskAsync(cancel);

    /// <summary>Versions that may have learned from somebody who was there since an instant.</summary>
    internal static async Task<IReadOnlyList<string>> ModelsAsync(ModelRegistry registry, DateTimeOffset since, CancellationToken cancel) =>
        [.. (await registry.ListAsync(cancel: cancel)).Where(m => m.CreatedAt >= since).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Kind} v{m.Version}"))];
}

/// <summary>Writes the report of each erasure, from wherever it was asked for.</summary>
internal sealed class ErasureWitness(PrivacyStore store, ModelRegistry models, TimeProvider time) : IErasureWitness
{
    public async Task ErasedAsync(ErasedPerson person, IReadOnlyList<PersonalRecords> records)
    {
        var now = time.GetUtcNow();
        var learned = await PrivacyService.ModelsAsync(models, DateTimeOffset.UnixEpoch, CancellationToken.None);
        await store.AddAsync(new ErasureReport(Guid.CreateVersion7(now).ToString("N"), PersonKey.Digest(person.Key), now, person.KeepTotals, JsonSerializer.Serialize(records), JsonSerializer.Serialize(learned)));
    }
}
