using System.Data.Common;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Storage;

/// <summary>
/// The embedded store: one file, one process. A connection is held open for the life of the product, so that the
/// database stays loaded between requests.
/// </summary>
internal sealed class DuckDbConnections : IConnectionSource
{
    private readonly string _connectionString;
    private readonly DuckDBConnection _keepOpen;

    /// <exception cref="StoreUnavailableException">The file is held by another process or cannot be opened.</exception>
    public DuckDbConnections(StorageOptions options)
    {
        var folder = Path.GetFullPath(options.Folder);
        Directory.CreateDirectory(folder);
        File = Path.Combine(folder, "behavior.duckdb");
        _connectionString = $"Data Source={File}";
        _keepOpen = new DuckDBConnection(_connectionString);
        try
        {
            _keepOpen.Open();
        }
        catch (DuckDBException problem)
        {
            _keepOpen.Dispose();
            throw new StoreUnavailableException($"Cannot open the store {File}. Is another BehaviorDashboard using this folder? {problem.Message}", problem);
        }
        using var command = _keepOpen.CreateCommand();
        command.CommandText = $"set global TimeZone='UTC'; set global checkpoint_threshold='{options.CheckpointMegabytes}MB';"
            + (options.MemoryLimit.Length > 0 ? $"set global memory_limit='{options.MemoryLimit.Replace("'", "", StringComparison.Ordinal)}';" : "");
        command.ExecuteNonQuery();
    }

    public string File { get; }

    public Dialect Dialect { get; } = new DuckDbDialect();

    public ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var connection = new DuckDBConnection(_connectionString);
        connection.Open();
        return ValueTask.FromResult<DbConnection>(connection);
    }

    public ValueTask DisposeAsync() => _keepOpen.DisposeAsync();
}
