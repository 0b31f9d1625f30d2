using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace BehaviorDashboard.Storage;

/// <summary>What a backup holds, written when it had been verified.</summary>
/// <param name="Format">Version of the archive's own layout.</param>
/// <param name="Engine">Whose store it is: <c>duckdb</c> or <c>postgres</c>.</param>
/// <param name="StoreSha256">Of the store inside, in hexadecimal.</param>
/// <param name="Files">Further files of the store's folder, by their path in it.</param>
public sealed record BackupManifest(int Format, string Engine, DateTimeOffset TakenAt, string StoreSha256, IReadOnlyList<TableSum> Tables, IReadOnlyList<string> Files)
{
    internal const int Newest = 1;
}

/// <summary>One file: a zip with <c>backup.json</c>, the store itself and the folder's other files under <c>files/</c>.</summary>
internal static class BackupArchive
{
    public const string Extension = ".bdbackup";
    private const string Manifest = "backup.json";
    private const string Store = "store";
    private const string Others = "files/";

    public static async Task WriteAsync(string archive, BackupManifest manifest, string store, string folder, CancellationToken cancel)
    {
        await using var stream = new FileStream(archive, FileMode.CreateNew, FileAccess.ReadWrite);
        await using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            // A store is dense already.
            await AddAsync(zip, store, Store, CompressionLevel.NoCompression, cancel);
            foreach (var file in manifest.Files) await AddAsync(zip, Path.Combine(folder, file), Others + file, CompressionLevel.Fastest, cancel);
            await using var entry = await zip.CreateEntry(Manifest).OpenAsync(cancel);
            await JsonSerializer.SerializeAsync(entry, manifest, BackupJson.Options, cancel);
        }
        stream.Flush(flushToDisk: true);
    }

    /// <exception cref="BackupException">Not a backup, cut short, or of a newer product.</exception>
    public static async Task<BackupManifest> ReadAsync(string archive, CancellationToken cancel)
    {
        using var zip = Open(archive);
        try
        {
            await using var entry = await (zip.GetEntry(Manifest) ?? throw new BackupException($"{archive} is not a backup of BehaviorDashboard.")).OpenAsync(cancel);
            var manifest = await JsonSerializer.DeserializeAsync<BackupManifest>(entry, BackupJson.Options, cancel);
            if (manifest is null || manifest.Tables is null || zip.GetEntry(Store) is null) throw new BackupException($"{archive} is not complete.");
            if (manifest.Format > BackupManifest.Newest) throw new BackupException($"{archive} was made by a newer version of BehaviorDashboard; install that version to restore it.");
            return manifest;
        }
        catch (Exception problem) when (problem is InvalidDataException or JsonException)
        {
            throw new BackupException($"{archive} is damaged: {problem.Message}", problem);
        }
    }

    public static async Task<string> HashAsync(string file, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexString(await SHA256.HashDataAsync(stream, cancel));
    }

    /// <exception cref="BackupException">A byte differs from what was packed.</exception>
    public static async Task ExtractStoreAsync(string archive, BackupManifest manifest, string to, CancellationToken cancel)
    {
        await ExtractAsync(archive, Store, to, cancel);
        if (await HashAsync(to, cancel) != manifest.StoreSha256) throw new BackupException($"{archive} is damaged: the store in it is not the one that was packed. Take another backup, or copy the file again.");
    }

    /// <param name="file">As the manifest names it.</param>
    public static Task ExtractFileAsync(string archive, string file, string folder, CancellationToken cancel)
    {
        var to = Path.GetFullPath(Path.Combine(folder, file));
        if (!to.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)) throw new BackupException($"{archive} names a file outside the store's folder: {file}.");
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        return ExtractAsync(archive, Others + file, to, cancel);
    }

    private static async Task ExtractAsync(string archive, string name, string to, CancellationToken cancel)
    {
        using var zip = Open(archive);
        try
        {
            await using var from = await (zip.GetEntry(name) ?? throw new BackupException($"{archive} is not complete: {name} is missing.")).OpenAsync(cancel);
            await using var file = new FileStream(to, FileMode.Create, FileAccess.Write);
            await from.CopyToAsync(file, cancel);
            file.Flush(flushToDisk: true);
        }
        catch (InvalidDataException problem)
        {
            throw new BackupException($"{archive} is damaged: {problem.Message}", problem);
        }
    }

    private static ZipArchive Open(string archive)
    {
        try
        {
            return ZipFile.OpenRead(archive);
        }
        catch (InvalidDataException problem)
        {
            throw new BackupException($"{archive} is not a backup, or was cut short while it was copied.", problem);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupException($"There is no file {archive}.", problem);
        }
    }

    private static async Task AddAsync(ZipArchive zip, string file, string name, CompressionLevel level, CancellationToken cancel)
    {
        await using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using var entry = await zip.CreateEntry(name, level).OpenAsync(cancel);
        await from.CopyToAsync(entry, cancel);
    }
}

internal static class BackupJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);
}
