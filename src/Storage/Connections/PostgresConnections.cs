using System.Data.Common;
using Npgsql;

namespace BehaviorDashboard.Storage;

/// <summary>The server store: Npgsql's pool, every session in UTC.</summary>
internal sealed class PostgresConnections(string connectionString) : IConnectionSource
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { Timezone = "UTC", ApplicationName = "BehaviorDashboard" });

    public Dialect Dialect { get; } = new PostgresDialect();

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancel) => await _source.OpenConnectionAsync(cancel);

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
