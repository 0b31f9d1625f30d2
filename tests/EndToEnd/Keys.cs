using System.Text.Json;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.EndToEnd;

/// <summary>Makes API keys the way an operator does.</summary>
internal static class Keys
{
    /// <param name="folder">Store folder; the command finds a server that is running on it.</param>
    public static async Task<string> CreateAsync(string folder, string scope)
    {
        var (exitCode, output, errors) = await ProductProcess.RunAsync(folder, "keys", "create", "test", "--scope", scope, "--json");
        Assert.True(exitCode == 0, output + errors);
        return JsonDocument.Parse(output).RootElement.GetProperty("key").GetString()!;
    }

    /// <summary>The KPI catalogue of today, as the command prints it.</summary>
    public static async Task<JsonElement> KpisAsync(string folder)
    {
        var (exitCode, output, errors) = await ProductProcess.RunAsync(folder, "kpis", "--json");
        Assert.True(exitCode == 0, output + errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
