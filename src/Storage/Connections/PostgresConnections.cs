using System.Data.Common;
using BehaviorDashboard.Events;
using Npgsql;

namespace BehaviorDashboard.Storage;

/// <summary>The server store: Npgsql's pool, every session in UTC.</summary>
internal sealed class PostgresConnections : IConnectionSource
{
    public const string Name = "BehaviorDashboard";

    /// <summary>
    /// Compiling a plan takes longer than it saves: figures over a month of half a million events took twice as long with it. A connection
    /// string with options of its own is left alone.
    /// </summary>
    private const string Uncompiled = "-c jit=off";

    private readonly NpgsqlDataSource _source;

    public PostgresConnections(string connectionString, string name = Name)
    {
        Settings = new NpgsqlConnectionStringBuilder(connectionString) { Timezone = "UTC", ApplicationName = name };
        Settings.Options ??= Uncompiled;
        _source = NpgsqlDataSource.Create(Settings);
    }

    public NpgsqlConnectionStringBuilder Settings { get; }

    public Dialect Dialect { get; } = new PostgresDialect();

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancel, bool writes = false)
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

    /// <summary>The server's own: dead rows are removed and their room is used again; that of past months of events is given back.</summary>
    public async Task<bool> CompactAsync(string finish, CancellationToken cancel)
    {
        await using (var vacuum = _source.CreateCommand("vacuum analyze"))
        {
            vacuum.CommandTimeout = 0;
            await vacuum.ExecuteNonQueryAsync(cancel);
        }
        await EventMonthsRoom.GiveBackAsync(_source, DateTimeOffset.UtcNow, cancel);
        await using var done = _source.CreateCommand(finish);
        await done.ExecuteNonQueryAsync(cancel);
        return true;
    }

    public void Abandon() => _source.Clear();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
