using System.Globalization;
using BehaviorDashboard.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Storage;

/// <param name="File">Where the backup is.</param>
public sealed record BackupReport(string File, long Bytes, DateTimeOffset TakenAt, IReadOnlyList<TableSum> Tables, IReadOnlyList<string> Files);

/// <param name="TakenAt">When the backup was made that is the store now.</param>
/// <param name="KeptAs">Where the store lies that was there before.</param>
public sealed record RestoreReport(string File, DateTimeOffset TakenAt, string KeptAs, IReadOnlyList<TableSum> Tables, IReadOnlyList<string> Files);

/// <summary>Copies the store and the other files of its folder into one file, and back. Nothing counts as done before it is proven.</summary>
internal sealed class BackupService(IConnectionSource connections, IBackupEngine engine, Upgrade upgrade, IOptions<StorageOptions> options, TimeProvider time,
    IAuditLog? audit = null, IHostApplicationLifetime? host = null)
{
    private const string Kept = "before-restore-";

    private string Folder => Path.GetFullPath(options.Value.Folder);

    private string Stamp => time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    /// <param name="target">A new file, or a folder in which one is made.</param>
    /// <exception cref="BackupException">Not done; nothing is left behind.</exception>
    public Task<BackupReport> BackupAsync(string target, Action<string> progress, CancellationToken cancel) => InWordsAsync(async () =>
    {
        target = Path.GetFullPath(target);
        if (Directory.Exists(target) || Path.EndsInDirectorySeparator(target)) target = Path.Combine(target, $"behavior-{Stamp}{BackupArchive.Extension}");
        if (File.Exists(target)) throw new BackupException($"{target} exists already; name a new file.");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var (partial, store) = (target + ".partial", target + ".partial.store");
        try
        {
            foreach (var left in (string[])[partial, store, store + ".wal"]) File.Delete(left);
            var takenAt = time.GetUtcNow();
            var sums = await engine.WriteAsync(store, progress, cancel);
            var files = OtherFiles(target);
            progress("Packing …");
            var manifest = new BackupManifest(BackupManifest.Newest, connections.Dialect.Name, takenAt, await BackupArchive.HashAsync(store, cancel), sums, files);
            await BackupArchive.WriteAsync(partial, manifest, store, Folder, cancel);
            await BackupArchive.ReadAsync(partial, cancel);
            File.Move(partial, target);
            await AuditAsync("backup.made", target, cancel);
            return new BackupReport(target, new FileInfo(target).Length, takenAt, sums, files);
        }
        finally
        {
            foreach (var left in (string[])[partial, store, store + ".wal"]) File.Delete(left);
        }
    });

    /// <param name="source">A backup, or a folder whose newest is taken.</param>
    /// <param name="replace">Whether a store that holds data may give way; it is kept under another name.</param>
    /// <exception cref="BackupException">Not done; the store is as it was.</exception>
    public Task<RestoreReport> RestoreAsync(string source, bool replace, Action<string> progress, CancellationToken cancel) => InWordsAsync(async () =>
    {
        // What the running server remembers of the store would be of another one.
        if (host?.ApplicationStarted.IsCancellationRequested == true) throw new BackupException("Stop the web server that uses this store before restoring; it can be started again right after.");
        source = Path.GetFullPath(source);
        if (Directory.Exists(source))
            source = Directory.GetFiles(source, "*" + BackupArchive.Extension).MaxBy(File.GetLastWriteTimeUtc) ?? throw new BackupException($"There is no backup (*{BackupArchive.Extension}) in {source}.");
        var manifest = await BackupArchive.ReadAsync(source, cancel);
        if (manifest.Engine != connections.Dialect.Name)
            throw new BackupException($"This is a backup of a store on {manifest.Engine}, and the store here is on {connections.Dialect.Name}. "
                + "Restore it where its own engine is configured; migrate-store then moves an embedded store to PostgreSQL.");
        if (!replace && await upgrade.FirstDataAsync(connections, cancel) is { } data)
            throw new BackupException(string.Create(CultureInfo.InvariantCulture, $"The store holds data already ({data.Rows:N0} rows in {data.Table}). Add --replace to put the backup in its place; the present store is then kept under another name."));
        var keep = Path.Combine(Folder, Kept + Stamp);
        var old = await engine.RestoreAsync(source, manifest, keep, progress, cancel);
        foreach (var file in manifest.Files)
        {
            var here = Path.GetFullPath(Path.Combine(Folder, file));
            if (File.Exists(here))
            {
                var kept = Path.Combine(keep, file);
                Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
                File.Move(here, kept, overwrite: true);
            }
            // The store has been exchanged: the rest follows to its end.
            await BackupArchive.ExtractFileAsync(source, file, Folder, CancellationToken.None);
        }
        await AuditAsync("backup.restored", source, CancellationToken.None);
        return new RestoreReport(source, manifest.TakenAt, old, manifest.Tables, manifest.Files);
    });

    /// <summary>The files of the folder that are neither the store nor about the running server nor backups.</summary>
    private List<string> OtherFiles(string target)
    {
        if (!Directory.Exists(Folder)) return [];
        bool Counts(string file) => !file.StartsWith("behavior.duckdb", StringComparison.Ordinal) && !file.StartsWith(Kept, StringComparison.Ordinal) && !file.StartsWith("restoring-", StringComparison.Ordinal)
            && file != "server.json" && !file.EndsWith(BackupArchive.Extension, StringComparison.Ordinal) && !file.Contains(".partial", StringComparison.Ordinal)
            && !Path.Combine(Folder, file).StartsWith(target, StringComparison.Ordinal);
        return [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/')).Where(Counts).Order(StringComparer.Ordinal)];
    }

    private Task AuditAsync(string action, string file, CancellationToken cancel) =>
        audit?.RecordAsync(new AuditEntry(action, Path.GetFileName(file)), cancel) ?? Task.CompletedTask;

    private static async Task<T> InWordsAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new BackupException($"No permission: {problem.Message}", problem);
        }
        catch (IOException problem)
        {
            throw new BackupException($"The file could not be read or written (is the disk full?): {problem.Message}", problem);
        }
    }
}
