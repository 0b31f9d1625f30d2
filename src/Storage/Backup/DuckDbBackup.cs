using System.Data.Common;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Storage;

/// <summary>DuckDB: a copy into a new file out of one transaction, so that writers go on and the copy is of one moment.</summary>
internal sealed class DuckDbBackup(DuckDbConnections connections, StorageOptions options, Upgrade upgrade) : IBackupEngine
{
    public async Task<IReadOnlyList<TableSum>> WriteAsync(string file, Action<string> progress, CancellationToken cancel)
    {
        DiskRoom.Require(file, 2 * new FileInfo(connections.File).Length);
        var copy = "backup_" + Guid.NewGuid().ToString("N");
        await using var connection = (DuckDBConnection)await connections.OpenAsync(cancel);
        try
        {
            await RunAsync(connection, $"attach {SqlName.Literal(file)} as {copy}", cancel);
            try
            {
                progress("Copying the store …");
                IReadOnlyList<TableSum> sums;
                await using (var moment = await connection.BeginTransactionAsync(cancel))
                {
                    var store = await ScalarAsync(connection, "select current_database()", cancel);
                    await RunAsync(connection, $"copy from database {SqlName.Quote((string)store!)} to {copy}", cancel);
                    progress("Adding up what the store holds …");
                    sums = await TableReader.SumAllAsync(connection, null, progress, cancel);
                    await moment.CommitAsync(cancel);
                }
                await RunAsync(connection, $"force checkpoint {copy}", cancel);
                progress("Adding up what the copy holds …");
                BackupException.Compare(sums, await TableReader.SumAllAsync(connection, copy, progress, cancel), "The copy");
                return sums;
            }
            finally
            {
                await RunAsync(connection, $"detach {copy}", CancellationToken.None);
            }
        }
        catch (DbException problem) when (!cancel.IsCancellationRequested)
        {
            if (connections.Dialect.IsFatal(problem)) connections.Abandon();
            throw new BackupException($"The copy {file} could not be written: {problem.Message}", problem);
        }
    }

    public async Task<string> RestoreAsync(string archive, BackupManifest manifest, string keep, Action<string> progress, CancellationToken cancel)
    {
        // Beside the store, so that the exchange is one rename.
        var folder = Path.Combine(Path.GetDirectoryName(connections.File)!, "restoring-" + Guid.NewGuid().ToString("N"));
        try
        {
            string file;
            DiskRoom.Require(folder, new FileInfo(archive).Length);
            Directory.CreateDirectory(folder);
            progress("Unpacking …");
            await BackupArchive.ExtractStoreAsync(archive, manifest, Path.Combine(folder, Path.GetFileName(connections.File)), cancel);
            await using (var proven = new DuckDbConnections(options with { Folder = folder }))
            {
                file = proven.File;
                progress("Adding up what the backup holds …");
                await using (var connection = await proven.OpenAsync(cancel))
                    BackupException.Compare(manifest.Tables, await TableReader.SumAllAsync(connection, null, progress, cancel), "The backup");
                await upgrade.RunAsync(new Database(proven), cancel);
            }
            if (File.Exists(file + ".wal")) throw new BackupException("The restored store could not be closed; the store is as it was.");
            Directory.CreateDirectory(keep);
            var old = Path.Combine(keep, Path.GetFileName(connections.File));
            if (!await connections.ReplaceAsync(file, old, cancel)) throw new BackupException("The store is in use; the store is as it was. Try again in a moment.");
            return old;
        }
        catch (Exception problem) when (problem is StoreUnavailableException or DbException && !cancel.IsCancellationRequested)
        {
            throw new BackupException($"The backup cannot be opened as a store; it is damaged, or of another version: {problem.Message}", problem);
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(DuckDBConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<object?> ScalarAsync(DuckDBConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(cancel);
    }
}
