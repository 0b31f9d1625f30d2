using BehaviorDashboard.Storage;
using Dapper;

namespace BehaviorDashboard.Clusters;

/// <summary>Names of clusters, and who was in which at the last publishing.</summary>
internal sealed class ClusterStore(Database database)
{
    private sealed record Name(int ClusterId, string Given);

    private const string Names = "select cluster_id as ClusterId, name as Given from cluster_names";

    private const string Rename = "insert into cluster_names (cluster_id, name) values (@Id, @Name) on conflict (cluster_id) do update set name = excluded.name";

    private const string Members = "select user_id, cluster_id from cluster_members";

    private const string LastSeen = "select coalesce(max(last_seen), cast(@Fallback as timestamptz)) from profiles";

    public async Task<IReadOnlyDictionary<int, string>> NamesAsync(CancellationToken cancel) => (await database.QueryAsync<Name>(Names, null, cancel)).ToDictionary(n => n.ClusterId, n => n.Given);

    /// <param name="name">Null: called by what distinguishes it again.</param>
    public Task RenameAsync(int id, string? name, CancellationToken cancel) => name is null
        ? database.ExecuteAsync("delete from cluster_names where cluster_id = @Id", new { Id = id }, cancel)
        : database.ExecuteAsync(Rename, new { Id = id, Name = name }, cancel);

    public Task<IReadOnlyDictionary<string, int>> MembersAsync(CancellationToken cancel) => database.ReadAsync<IReadOnlyDictionary<string, int>>(async session =>
    {
        var members = new Dictionary<string, int>();
        await session.ReadRowsAsync(Members, null, row => members[row.GetString(0)] = row.GetInt32(1));
        return members;
    }, cancel);

    /// <summary>Puts everybody where the model puts them now.</summary>
    public Task AssignAsync(ClusterModel model, DateTimeOffset reference, CancellationToken cancel)
    {
        var parameters = new DynamicParameters();
        var sql = ClusterSql.People(model, reference, "profiles", Add);
        return database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("delete from cluster_members");
            await session.ExecuteAsync($"insert into cluster_members (user_id, cluster_id) select person, cast(grp as integer) from ({sql}) n where grp is not null", parameters);
        }, cancel);

        string Add(object value)
        {
            var name = $"v{parameters.ParameterNames.Count()}";
            parameters.Add(name, value);
            return "@" + name;
        }
    }

    /// <summary>The instant the history ends.</summary>
    public async Task<DateTimeOffset> LastSeenAsync(DateTimeOffset fallback, CancellationToken cancel) => await database.FirstOrDefaultAsync<DateTimeOffset>(LastSeen, new { Fallback = fallback }, cancel);
}
