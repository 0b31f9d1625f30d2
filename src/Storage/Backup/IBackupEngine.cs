namespace BehaviorDashboard.Storage;

/// <summary>How an engine copies its store into a file while it is used, and puts such a file in the store's place.</summary>
internal interface IBackupEngine
{
    /// <summary>Writes the store as it is at one moment into <paramref name="file"/> and proves that the file holds it.</summary>
    /// <returns>What it holds.</returns>
    /// <exception cref="BackupException">It could not be written, or does not hold what the store holds.</exception>
    Task<IReadOnlyList<TableSum>> WriteAsync(string file, Action<string> progress, CancellationToken cancel);

    /// <summary>Proves the file, brings it to this version, and only then exchanges it for the store, which is kept.</summary>
    /// <param name="keep">Folder or name under which the old store is kept.</param>
    /// <returns>Where the old store is.</returns>
    Task<string> RestoreAsync(string archive, BackupManifest manifest, string keep, Action<string> progress, CancellationToken cancel);
}
