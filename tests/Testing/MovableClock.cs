using System.Globalization;

namespace BehaviorDashboard.Testing;

/// <summary>The wall clock of one process, which can be set while it runs (libfaketime). Its stop-watch goes on, as when somebody sets a machine's clock.</summary>
public sealed class MovableClock
{
    private static readonly string? Library = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "*-linux-gnu*").Select(f => Path.Combine(f, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists) : null;

    private readonly string _file;

    /// <param name="file">Where the process reads by how much its clock is off.</param>
    public MovableClock(string file)
    {
        _file = file;
        Move(TimeSpan.Zero);
    }

    /// <summary>Why there is none here, or null.</summary>
    public static string? Missing => Library is null ? "libfaketime is not installed (Debian: faketime)." : null;

    /// <summary>What the process is started with.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library!,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        // Else every wait with a limit ends at once: the library takes .NET's limits, which are by the stop-watch, for times of day.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };

    /// <summary>From now on, within a second, the clock is off by this much.</summary>
    public void Move(TimeSpan by)
    {
        // Never read half written.
        File.WriteAllText(_file + ".new", ((long)by.TotalSeconds).ToString("+0;-0;+0", CultureInfo.InvariantCulture));
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
