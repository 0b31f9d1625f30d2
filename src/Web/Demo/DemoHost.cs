using System.Net;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration;

namespace BehaviorDashboard.Demo;

/// <summary>
/// What <c>--demo</c> decides before anything starts: simulated data never mixes with a real shop's, and the demo is
/// reachable from this machine alone.
/// </summary>
internal static class DemoHost
{
    private const string Folder = "data/demo";
    private const string Listen = "http://localhost:5000";
    private const string MarkerFile = "demo-shop.txt";

    /// <summary>Settings that hold over every other source.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Settings(IConfiguration configuration, string? dataFolder, IReadOnlyList<string> commandLine)
    {
        var asked = new ConfigurationBuilder().AddCommandLine([.. commandLine]).Build();
        yield return new($"{StorageOptions.Section}:{nameof(StorageOptions.Folder)}", dataFolder ?? asked["Storage:Folder"] ?? Folder);
        // A PostgreSQL store named in a settings file is the real shop's; for the demo it must be asked for.
        yield return new($"{StorageOptions.Section}:{nameof(StorageOptions.Postgres)}", asked["Storage:Postgres"] ?? "");
        yield return new("Shop:Name", asked["Shop:Name"] ?? "Harbour & Pine");
        yield return new("Shop:Currency", asked["Shop:Currency"] ?? "USD");
        // Who looks at the demo at night wants to see its mails; they stay on this machine.
        yield return new("Campaigns:QuietFrom", asked["Campaigns:QuietFrom"] ?? "0");
        yield return new("Campaigns:QuietTo", asked["Campaigns:QuietTo"] ?? "0");
        yield return new("urls", configuration["urls"] ?? Listen);
        // A page elsewhere whose name is made to lead here must not reach who signs anybody in.
        yield return new("AllowedHosts", asked["AllowedHosts"] ?? "localhost;127.0.0.1;[::1]");
    }

    /// <summary>Refuses what would expose the demo or spoil a real store; marks a fresh folder as the demo's.</summary>
    /// <exception cref="StoreUnavailableException">With what to do instead.</exception>
    public static void Guard(IConfiguration configuration)
    {
        var addresses = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"] ?? "").Concat((configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (addresses.FirstOrDefault(a => !IsLoopback(a)) is { } open)
            throw new StoreUnavailableException($"--demo signs anybody in and listens on this machine only, but {open} can be reached from outside. Use --urls {Listen}.");
        var folder = configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Folder)}"]!;
        var marker = Path.Combine(folder, MarkerFile);
        if (File.Exists(marker)) return;
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.duckdb").Any())
            throw new StoreUnavailableException($"{Path.GetFullPath(folder)} holds a shop that is not the demo. Give the demo a folder of its own with --data.");
        Directory.CreateDirectory(folder);
        File.WriteAllText(marker, "The simulated shop of --demo. Delete this folder to begin it anew.\n");
    }

    public static bool IsLoopback(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
}
