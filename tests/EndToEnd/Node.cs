using System.Diagnostics;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Runs the npm clients of <c>package.json</c>.</summary>
internal static class Node
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "EndToEnd");

    public static void SkipWithoutPackages() =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules")), "The npm packages are not installed: tests/run.sh installs them.");

    /// <returns>What the script printed.</returns>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        start.ArgumentList.Add(Path.Combine("Clients", script));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        await process.WaitForExitAsync(limit.Token);
        return await output + await errors;
    }
}
