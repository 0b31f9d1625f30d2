using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Shell;

/// <summary>
/// Where settings come from, later over earlier: appsettings.json, appsettings.Local.json, environment variables
/// (<c>Shop__Name</c>, <c>BD_Shop__Name</c>), the command line.
/// </summary>
internal static class ProductConfiguration
{
    /// <summary>True when the host was started with <c>--demo</c>.</summary>
    public const string DemoKey = "Demo:Enabled";

    public static void AddProductSources(this ConfigurationManager configuration, IHostEnvironment environment, HostLine line)
    {
        configuration.AddJsonFile(Path.Combine(environment.ContentRootPath, "appsettings.Local.json"), optional: true, reloadOnChange: false);
        configuration.AddEnvironmentVariables();
        configuration.AddEnvironmentVariables("BD_");
        if (line.Command is null) configuration.AddCommandLine([.. line.Rest]);
        var fixedByLine = new Dictionary<string, string?>();
        if (line.DataFolder is not null) fixedByLine[$"{StorageOptions.Section}:{nameof(StorageOptions.Folder)}"] = line.DataFolder;
        if (line.Demo) fixedByLine[DemoKey] = "true";
        configuration.AddInMemoryCollection(fixedByLine);
    }
}
