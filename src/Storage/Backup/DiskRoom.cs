using System.Globalization;

namespace BehaviorDashboard.Storage;

/// <summary>Says that a disk is too full before it is filled.</summary>
internal static class DiskRoom
{
    /// <exception cref="BackupException">There are fewer bytes free where <paramref name="path"/> will lie.</exception>
    public static void Require(string path, long bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        long free;
        try
        {
            free = new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Not every file system tells; a full one is then met while writing.
            return;
        }
        if (free < bytes)
            throw new BackupException(string.Create(CultureInfo.InvariantCulture, $"{folder} has {free / 1e6:N0} MB free and about {bytes / 1e6:N0} MB are needed. Make room, or name another folder."));
    }
}
