using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Clusters;

/// <summary>The cluster a person was in at the last publishing. A model itself holds no person: the map keeps places, not keys.</summary>
internal sealed class ClusterErasure(Database database) : IPersonalData
{
    private const string Count = "select count(*) from cluster_members where user_id = any(@Keys)";

    private const string Delete = "delete from cluster_members where user_id = any(@Keys)";

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [new("clusters", await database.ScalarAsync<long>(Count, new { Keys = SqlList.Of(person.Keys) }, cancel))];

    public Task EraseAsync(ErasedPerson person) => database.ExecuteAsync(Delete, new { Keys = SqlList.Of(person.Keys) });
}
