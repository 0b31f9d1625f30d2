using System.Collections.Concurrent;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Clusters;

/// <summary>A version and the model it stands for.</summary>
public sealed record ClusterVersion(ModelVersion Version, ClusterModel Model);

/// <summary>Reads versions from the registry; what was read stays in memory, since a version never changes.</summary>
internal sealed class ClusterModels(ModelRegistry registry, ClusterStore store, ShopClock clock)
{
    private readonly ConcurrentDictionary<int, ClusterModel> _read = new();

    public async Task<ClusterVersion?> ChampionAsync(CancellationToken cancel) => await registry.ChampionAsync(ClusterModel.Kind, cancel) is { } version ? await ReadAsync(version, cancel) : null;

    public async Task<ClusterVersion> ReadAsync(ModelVersion version, CancellationToken cancel)
    {
        if (!_read.TryGetValue(version.Id, out var model)) _read[version.Id] = model = ClusterModel.Read(await registry.ContentAsync(version.Id, cancel) ?? throw new InvalidOperationException($"Version {version.Id} has no content."));
        return new ClusterVersion(version, model);
    }

    /// <summary>What "days since" counts to: the start of the shop's day, or the end of the last day with an event where the history ends earlier.</summary>
    public async Task<DateTimeOffset> ReferenceAsync(DateTimeOffset asOf, CancellationToken cancel)
    {
        var (today, end) = (clock.StartOf(clock.DateOf(asOf)), clock.StartOf(clock.DateOf(await store.LastSeenAsync(asOf, cancel)).AddDays(1)));
        return end < today ? end : today;
    }
}
