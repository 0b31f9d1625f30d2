using System.Data.Common;
using Npgsql;

namespace BehaviorDashboard.Storage;

/// <summary>The server store: Npgsql's pool, every session in UTC.</summary>
internal sealed class PostgresConnections(string connectionString) : IConnectionSource
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { Timezone = "UTC", ApplicationName = "BehaviorDashboard" });

    public Dialect Dialect { get; } = new PostgresDialect();

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
    {
        try
        {
            return await _source.OpenConnectionAsync(cancel);
        }
        catch (NpgsqlException problem) when (problem.SqlState is null or "57P01" or "57P03")
        {
            throw new StoreUnavailableException($"Cannot reach the PostgreSQL server: {problem.Message}", problem);
        }
    }

    public void Abandon() => _source.Clear();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
