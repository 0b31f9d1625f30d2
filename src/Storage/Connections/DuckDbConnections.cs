using System.Data.Common;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Storage;

/// <summary>
/// The embedded store: one file, one process. A connection is held open for the life of the product, so that the
/// database stays loaded between requests. After an error that DuckDB calls fatal (a checkpoint on a full disk), the
/// file is closed and opened again as soon as the last user has let go; nothing that was committed is lost.
/// </summary>
internal sealed class DuckDbConnections : IConnectionSource
{
    private readonly StorageOptions _options;
    private readonly string _connectionString;
    private readonly Lock _gate = new();
    private DuckDBConnection? _keepOpen;
    private int _lent;

    /// <exception cref="StoreUnavailableException">The file is held by another process or cannot be opened.</exception>
    public DuckDbConnections(StorageOptions options)
    {
        _options = options;
        var folder = Path.GetFullPath(options.Folder);
        Directory.CreateDirectory(folder);
        File = Path.Combine(folder, "behavior.duckdb");
        _connectionString = $"Data Source={File}";
        Reopen();
    }

    public string File { get; }

    public Dialect Dialect { get; } = new DuckDbDialect();

    public ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_keepOpen is null) Reopen();
            _lent++;
        }
        var connection = new Lent(this, _connectionString);
        try
        {
            connection.Open();
            return ValueTask.FromResult<DbConnection>(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Abandon()
    {
        lock (_gate)
        {
            _keepOpen?.Dispose();
            _keepOpen = null;
        }
    }

    public ValueTask DisposeAsync() => _keepOpen?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Reopen()
    {
        if (_lent > 0) throw new StoreUnavailableException("The store is being opened again after an error; try again in a moment.");
        var connection = new DuckDBConnection(_connectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"set global TimeZone='UTC'; set global checkpoint_threshold='{_options.CheckpointMegabytes}MB';"
                + (_options.MemoryLimit.Length > 0 ? $"set global memory_limit='{_options.MemoryLimit.Replace("'", "", StringComparison.Ordinal)}';" : "");
            command.ExecuteNonQuery();
            _keepOpen = connection;
        }
        catch (DuckDBException problem)
        {
            connection.Dispose();
            throw new StoreUnavailableException($"Cannot open the store {File}. Is another BehaviorDashboard using this folder, or is the disk full? {problem.Message}", problem);
        }
    }

    /// <summary>A connection that says when it is given back.</summary>
    private sealed class Lent(DuckDbConnections owner, string connectionString) : DuckDBConnection(connectionString)
    {
        private bool _returned;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (_returned) return;
            _returned = true;
            lock (owner._gate) owner._lent--;
        }
    }
}
