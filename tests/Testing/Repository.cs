namespace BehaviorDashboard.Testing;

/// <summary>Where the tests run.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Folder of the public data sets, or null with <see cref="DataMissing"/> saying why.</summary>
    public static string? Data
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("BEHAVIOR_DATA") ?? Path.Combine(Root, "..", "shared", "data");
            return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
        }
    }

    public const string DataMissing = "The public data sets are not here: set BEHAVIOR_DATA to their folder.";

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BehaviorDashboard.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests must run from inside the repository.");
        return folder.FullName;
    }
}
