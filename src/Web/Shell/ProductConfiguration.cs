using BehaviorDashboard.Demo;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Configuration.Memory;

namespace BehaviorDashboard.Shell;

/// <summary>
/// Where settings come from, later over earlier: appsettings.json, appsettings.Local.json, environment variables
/// (<c>Shop__Name</c>, <c>BD_Shop__Name</c>), the command line.
/// </summary>
internal static class ProductConfiguration
{
    /// <summary>True when the host was started with <c>--demo</c>.</summary>
    public const string DemoKey = "Demo:Enabled";

    /// <summary>Requests are not logged one by one: their addresses may name people.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
    };

    public static void AddProductSources(this ConfigurationManager configuration, IHostEnvironment environment, HostLine line)
    {
        Dictionary<string, string?> defaults = line.Command is null ? Defaults : new(Defaults)
        {
            ["Logging:LogLevel:Default"] = "Warning",
            // A command has no senders who wait: a shorter log costs it nothing and holds less memory.
            ["Storage:CheckpointMegabytes"] = "32",
        };
        // What an import reads of the store again and again is little; without a limit DuckDB keeps whatever it wrote.
        if (line.Command == "import") defaults["Storage:MemoryLimit"] = "512MB";
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
        configuration.AddJsonFile(Path.Combine(environment.ContentRootPath, "appsettings.Local.json"), optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddEnvironmentVariables("BD_");
        if (line.Command is null) configuration.AddCommandLine([.. line.Rest]);
        var fixedByLine = new Dictionary<string, string?>();
        if (line.DataFolder is not null) fixedByLine[$"{StorageOptions.Section}:{nameof(StorageOptions.Folder)}"] = line.DataFolder;
        if (line.Demo)
        {
            fixedByLine[DemoKey] = "true";
            foreach (var (key, value) in DemoHost.Settings(configuration, line.DataFolder, line.Rest)) fixedByLine[key] = value;
        }
        configuration.AddInMemoryCollection(fixedByLine);
        if (line.Demo) DemoHost.Guard(configuration);
    }
}
