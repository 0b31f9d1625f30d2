using System.Globalization;
using BehaviorDashboard.Segments;

namespace BehaviorDashboard.Clusters;

/// <summary>The clusters of the published version as conditions of segment rules.</summary>
internal sealed class ClusterGrouping(ClusterModels models, ClusterStore store, ClusterNames names) : IGrouping
{
    public string Key => ClusterModel.Kind;

    public async Task<GroupingState?> AtAsync(DateTimeOffset asOf, CancellationToken cancel)
    {
        if (await models.ChampionAsync(cancel) is not { } champion) return null;
        var reference = await models.ReferenceAsync(asOf, cancel);
        var given = await store.NamesAsync(cancel);
        return new GroupingState(Key, string.Create(CultureInfo.InvariantCulture, $"{champion.Version.Id}/{reference:O}"), [.. champion.Model.Clusters.Select(c => c.Id.ToString(CultureInfo.InvariantCulture))], () => names.Title,
            id => int.TryParse(id, CultureInfo.InvariantCulture, out var cluster) && names.Of(champion.Model, given).TryGetValue(cluster, out var name) ? name : "?",
            (profiles, value) => ClusterSql.People(champion.Model, reference, profiles, value));
    }
}
