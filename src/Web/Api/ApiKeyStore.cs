using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Api;

/// <summary>A key as the store keeps it.</summary>
internal sealed record ApiKeyRow(string Id, string Name, string Scopes, string SecretHash, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

/// <summary>All SQL of API keys.</summary>
internal sealed class ApiKeyStore(Database database)
{
    private const string Columns = """
        select id as Id, name as Name, scopes as Scopes, secret_hash as SecretHash, created_at as CreatedAt, created_by as CreatedBy, revoked_at as RevokedAt, last_used_at as LastUsedAt
        from api_keys
        """;

    private const string ById = $"{Columns} where id = @id";
    private const string All = $"{Columns} order by revoked_at is not null, created_at desc";

    private const string Insert = """
        insert into api_keys (id, name, scopes, secret_hash, created_at, created_by) values (@Id, @Name, @Scopes, @SecretHash, @CreatedAt, @CreatedBy)
        """;

    private const string Revoke = "update api_keys set revoked_at = @at where id = @id and revoked_at is null";
    private const string Used = "update api_keys set last_used_at = @at where id = @id";

    public Task<ApiKeyRow?> FindAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<ApiKeyRow>(ById, new { id }, cancel);

    public Task<IReadOnlyList<ApiKeyRow>> ListAsync(CancellationToken cancel) => database.QueryAsync<ApiKeyRow>(All, cancel: cancel);

    public Task InsertAsync(ApiKeyRow row, CancellationToken cancel) => database.ExecuteAsync(Insert, row, cancel);

    public async Task<bool> RevokeAsync(string id, DateTimeOffset at, CancellationToken cancel) => await database.ExecuteAsync(Revoke, new { id, at }, cancel) == 1;

    public Task SaveLastUsedAsync(IReadOnlyCollection<(string Id, DateTimeOffset At)> uses, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var (id, at) in uses) await session.ExecuteAsync(Used, new { id, at });
    }, cancel);
}
