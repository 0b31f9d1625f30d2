using System.IO.Hashing;
using System.Text;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Imports;

/// <summary>What imports keep on disk beside the store: files as they were uploaded, until they are imported, and the rows that were skipped.</summary>
internal sealed class ImportFolder(IOptions<StorageOptions> storage, IOptions<ImportsOptions> options, TimeProvider time)
{
    private string Root => Path.Combine(Path.GetFullPath(storage.Value.Folder), "imports");

    private string Uploads => Path.Combine(Root, "uploads");

    public ErrorFile Errors(string id) => new(ErrorPath(id), options.Value.ErrorFileMegabytes * 1024L * 1024);

    /// <returns>The file with an import's skipped rows, or null where it has none.</returns>
    public string? FindErrors(string id) => id.All(char.IsAsciiHexDigitLower) && File.Exists(ErrorPath(id)) ? ErrorPath(id) : null;

    public IEnumerable<string> AllErrors() => Directory.Exists(Root) ? Directory.EnumerateFiles(Root, "*-skipped.csv") : [];

    /// <summary>A new folder for files of one upload.</summary>
    public string NewUpload()
    {
        Forget();
        return Directory.CreateDirectory(Path.Combine(Uploads, Guid.NewGuid().ToString("N"))).FullName;
    }

    /// <summary>Deletes files that were uploaded for an import; others are not ours.</summary>
    public void ForgetUploads(ImportRequest? request)
    {
        if (request is not { Uploaded: true }) return;
        foreach (var folder in request.Files.Select(Path.GetDirectoryName).Distinct())
            if (folder is not null && Path.GetDirectoryName(folder) == Uploads && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    public void ForgetErrors(string id)
    {
        if (FindErrors(id) is { } path) File.Delete(path);
    }

    /// <summary>The same for the same files read in the same way, wherever they lie.</summary>
    public static string Fingerprint(ImportPlan plan)
    {
        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes($"{plan.Preset.Name}\n{plan.Request.Mapping?.ToJson()}\n{plan.Request.TimeZone}\n{plan.Request.Join}\n{plan.Request.Format}"));
        var start = new byte[64 * 1024];
        foreach (var (path, _) in plan.Files)
        {
            using var file = File.OpenRead(path);
            hash.Append(Encoding.UTF8.GetBytes($"\n{Path.GetFileName(path)} {file.Length} "));
            hash.Append(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private string ErrorPath(string id) => Path.Combine(Root, $"{id}-skipped.csv");

    /// <summary>Uploads that were never imported do not stay.</summary>
    private void Forget()
    {
        if (!Directory.Exists(Uploads)) return;
        foreach (var folder in Directory.EnumerateDirectories(Uploads))
            if (Directory.GetCreationTimeUtc(folder) < time.GetUtcNow().UtcDateTime.AddDays(-options.Value.KeptDays)) Directory.Delete(folder, recursive: true);
    }
}
