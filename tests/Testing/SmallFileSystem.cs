using System.Diagnostics;

namespace BehaviorDashboard.Testing;

/// <summary>A folder on a file system of its own, in memory, which can be filled.</summary>
public sealed class SmallFileSystem : IAsyncDisposable
{
    private SmallFileSystem(string folder) => Folder = folder;

    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Why a test is skipped that got none.</summary>
    public const string Missing = "A file system of its own cannot be mounted here: it takes root.";

    /// <returns>Null where none may be mounted.</returns>
    public static async Task<SmallFileSystem?> MountAsync(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-full-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder)) return new SmallFileSystem(folder);
        Directory.Delete(folder);
        return null;
    }

    /// <summary>Leaves this much room, and not a byte more.</summary>
    public async Task FillAsync(long free = 0)
    {
        await using var file = File.Create(Ballast);
        var piece = new byte[4096];
        try
        {
            while (free == 0 || new DriveInfo(Folder).AvailableFreeSpace > free) await file.WriteAsync(piece);
        }
        catch (IOException)
        {
            // Full to the last byte.
        }
    }

    public void Free() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Folder);
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
