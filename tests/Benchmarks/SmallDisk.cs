using System.Diagnostics;

namespace BehaviorDashboard.Benchmarks;

/// <summary>A file system of its own in a file, mounted over a folder, which can be filled without harm to anybody else. Takes root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _image = Path.GetTempFileName();
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <returns>Null, and why on the console, where it may not be mounted.</returns>
    public static async Task<SmallDisk?> MountAsync(string folder, int megabytes)
    {
        var disk = new SmallDisk(folder);
        try
        {
            await RunAsync("truncate", "-s", $"{megabytes}M", disk._image);
            // Nothing is set aside for root.
            await RunAsync("mkfs.ext4", "-q", "-F", "-m", "0", disk._image);
            await RunAsync("mount", "-o", "loop", disk._image, folder);
            return disk;
        }
        catch (Exception problem) when (problem is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Setup.Print($"NOT TRIED: a full disk. A file system of its own cannot be mounted here (it takes root): {problem.Message}");
            File.Delete(disk._image);
            return null;
        }
    }

    private string Ballast => Path.Combine(_folder, "ballast");

    public async Task FillAsync()
    {
        // To the last block: what is left over is written until nothing more goes in.
        try
        {
            await RunAsync("fallocate", "-l", $"{Math.Max(4_096, new DriveInfo(_folder).AvailableFreeSpace - 65_536)}", Ballast);
        }
        catch (InvalidOperationException)
        {
            // Somebody else took the room meanwhile.
        }
        try
        {
            await RunAsync("dd", "if=/dev/zero", "of=" + Ballast, "bs=4096", "oflag=append", "conv=notrunc,fsync", "status=none");
        }
        catch (InvalidOperationException)
        {
            // Full.
        }
    }

    public void Free() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", _folder);
        File.Delete(_image);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {errors.Trim()}");
    }
}
