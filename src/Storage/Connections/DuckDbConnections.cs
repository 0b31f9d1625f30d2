using System.Data.Common;
using System.Diagnostics;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Storage;

/// <summary>
/// The embedded store: one file, one process. A connection is held open for the life of the product, so that the
/// database stays loaded between requests. After an error that DuckDB calls fatal (a checkpoint on a full disk), the
/// file is closed and opened again as soon as the last user has let go; nothing that was committed is lost.
/// </summary>
internal sealed class DuckDbConnections : IConnectionSource
{
    /// <summary>Where memory is limited, what DuckDB has freed goes back to the machine soon, by threads of its own.</summary>
    private const string GiveBack = "set global allocator_background_threads=true; set global allocator_flush_threshold='16MB'; set global allocator_bulk_deallocation_flush_threshold='32MB';";

    // More than a commit writes. A commit that finds the disk full on its way is taken back, and DuckDB ends the whole process when that touches rows of a table with a key.
    private const long LeastRoom = 16 * 1_048_576;

    private readonly StorageOptions _options;
    private readonly DriveInfo _disk;
    private readonly string _connectionString;
    private readonly Lock _gate = new();
    private DuckDBConnection? _keepOpen;
    private TaskCompletionSource? _noWriters;
    private TaskCompletionSource? _nobody;
    private int _lent;
    private int _writing;

    /// <exception cref="StoreUnavailableException">The file is held by another process or cannot be opened.</exception>
    public DuckDbConnections(StorageOptions options)
    {
        _options = options;
        var folder = Path.GetFullPath(options.Folder);
        Directory.CreateDirectory(folder);
        _disk = new DriveInfo(folder);
        File = Path.Combine(folder, "behavior.duckdb");
        DuckDbCopy.Remove(CopyFile);
        _connectionString = $"Data Source={File}";
        Reopen();
    }

    public string File { get; }

    private string CopyFile => File + ".copy";

    public Dialect Dialect { get; } = new DuckDbDialect();

    public async ValueTask<DbConnection> OpenAsync(CancellationToken cancel, bool writes = false)
    {
        cancel.ThrowIfCancellationRequested();
        while (Enter(writes) is { } wait) await wait.WaitAsync(cancel);
        var connection = new Lent(this, _connectionString, writes);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void RequireRoom()
    {
        if (_disk.AvailableFreeSpace is var room and < LeastRoom)
            throw new StoreUnavailableException($"The disk of the store is full, so nothing can be stored until there is room again: {room / 1_048_576} MB are free of the {LeastRoom / 1_048_576} that it takes.") { DiskFull = true };
    }

    public void Abandon()
    {
        lock (_gate)
        {
            _keepOpen?.Dispose();
            _keepOpen = null;
        }
    }

    /// <summary>
    /// Deleted bytes stay in DuckDB's file, so the store is copied into a new one that takes the old one's place: while no
    /// writer is in, and the exchange itself while nobody is.
    /// </summary>
    public async Task<bool> CompactAsync(string finish, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_noWriters is not null) return false;
            _noWriters = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        try
        {
            if (!await IsZeroAsync(() => _writing, TimeSpan.FromSeconds(30), cancel)) return false;
            await using (var connection = await OpenAsync(cancel)) await Task.Run(() => DuckDbCopy.Make((DuckDBConnection)connection, CopyFile), cancel);
            lock (_gate) _nobody = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!await IsZeroAsync(() => _lent, TimeSpan.FromSeconds(2), cancel)) return false;
            lock (_gate) Exchange(finish);
            return true;
        }
        finally
        {
            DuckDbCopy.Remove(CopyFile);
            lock (_gate)
            {
                _nobody?.SetResult();
                _noWriters.SetResult();
                (_nobody, _noWriters) = (null, null);
            }
        }
    }

    /// <summary>Puts another store's file, on the same disk, in the place of this one, which is kept; while nobody is in.</summary>
    /// <returns>False when somebody stayed; nothing was changed.</returns>
    public async Task<bool> ReplaceAsync(string with, string keepAs, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_noWriters is not null) return false;
            _noWriters = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _nobody = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        try
        {
            if (!await IsZeroAsync(() => _lent, TimeSpan.FromSeconds(10), cancel)) return false;
            lock (_gate)
            {
                Abandon();
                var whole = !System.IO.File.Exists(File + ".wal");
                if (whole) System.IO.File.Replace(with, File, keepAs);
                Reopen();
                return whole;
            }
        }
        finally
        {
            lock (_gate)
            {
                _nobody?.SetResult();
                _noWriters.SetResult();
                (_nobody, _noWriters) = (null, null);
            }
        }
    }

    /// <summary>Between the close and the opening the file is one or the other, whole, whenever the process may end.</summary>
    private void Exchange(string finish)
    {
        Abandon();
        // Closing folds the log into the file; a log that stayed would belong to the old one.
        if (!System.IO.File.Exists(File + ".wal")) System.IO.File.Move(CopyFile, File, overwrite: true);
        Reopen();
        using var command = _keepOpen!.CreateCommand();
        command.CommandText = finish;
        command.ExecuteNonQuery();
    }

    /// <param name="patience">Others wait as long as this does.</param>
    private async Task<bool> IsZeroAsync(Func<int> count, TimeSpan patience, CancellationToken cancel)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < patience; await Task.Delay(10, cancel))
            lock (_gate)
                if (count() == 0) return true;
        return false;
    }

    /// <returns>What to wait for before trying again; null when in.</returns>
    private Task? Enter(bool writes)
    {
        lock (_gate)
        {
            if ((_nobody ?? (writes ? _noWriters : null)) is { } wait) return wait.Task;
            if (_keepOpen is null) Reopen();
            _lent++;
            if (writes) _writing++;
            return null;
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
                + (_options.MemoryLimit.Length > 0 ? $"set global memory_limit='{_options.MemoryLimit.Replace("'", "", StringComparison.Ordinal)}';{GiveBack}" : "");
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
    private sealed class Lent(DuckDbConnections owner, string connectionString, bool writes) : DuckDBConnection(connectionString)
    {
        private bool _returned;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (_returned) return;
            _returned = true;
            lock (owner._gate)
            {
                owner._lent--;
                if (writes) owner._writing--;
            }
        }
    }
}
