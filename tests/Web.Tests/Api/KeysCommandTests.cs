using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.WebTests.Api;

/// <summary>Keys from the command line, as a process of its own, with and without a server on the same store.</summary>
public class KeysCommandTests
{
    [Fact]
    public async Task A_key_made_beside_a_running_server_works_there_and_stops_when_it_is_revoked()
    {
        await using var product = await ProductProcess.StartAsync();
        var (code, output, errors) = await ProductProcess.RunAsync(product.Folder, "keys", "create", "shop", "--scope", "read", "--json");
        Assert.True(code == 0, errors);
        var key = JsonDocument.Parse(output).RootElement;
        var presented = key.GetProperty("key").GetString()!;
        Assert.Matches("^bdk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$", presented);

        using var client = new HttpClient { BaseAddress = product.Address };
        client.DefaultRequestHeaders.Add("X-Api-Key", presented);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/key")).StatusCode);

        var (revoked, _, _) = await ProductProcess.RunAsync(product.Folder, "keys", "revoke", key.GetProperty("id").GetString()!);
        Assert.Equal(0, revoked);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/key")).StatusCode);

        var (_, list, _) = await ProductProcess.RunAsync(product.Folder, "keys", "list");
        Assert.Contains("revoked", list, StringComparison.Ordinal);
        Assert.DoesNotContain(presented, list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_the_command_opens_the_store_itself()
    {
        var folder = Directory.CreateTempSubdirectory("behavior-keys-").FullName;
        var (code, output, errors) = await ProductProcess.RunAsync(folder, "keys", "create", "shop", "--scope=write,read", "--json");
        Assert.True(code == 0, errors);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("scopes").GetArrayLength());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task After_a_killed_server_the_command_opens_the_store_itself()
    {
        var product = await ProductProcess.StartAsync();
        await ProductProcess.RunAsync(product.Folder, "keys", "list");
        await product.KillAsync();
        Assert.True(File.Exists(Path.Combine(product.Folder, "server.json")));
        var (code, _, errors) = await ProductProcess.RunAsync(product.Folder, "keys", "list");
        Assert.True(code == 0, errors);
        await product.DisposeAsync();
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys", "create", "shop")]
    [InlineData("keys", "create", "shop", "--scope", "everything")]
    [InlineData("keys", "sing")]
    public async Task What_is_not_understood_says_so(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("behavior-keys-").FullName;
        var (code, _, errors) = await ProductProcess.RunAsync(folder, arguments);
        Assert.Equal(2, code);
        Assert.NotEmpty(errors);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Nobody_runs_commands_in_the_server_without_the_token_in_the_folder()
    {
        await using var product = await ProductProcess.StartAsync();
        await ProductProcess.RunAsync(product.Folder, "keys", "list");
        var file = Path.Combine(product.Folder, "server.json");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        using var client = new HttpClient { BaseAddress = product.Address };
        var call = new { name = "keys", arguments = new[] { "list" }, directory = "/" };
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsJsonAsync("/_host/commands", call)).StatusCode);

        client.DefaultRequestHeaders.Authorization = new("Bearer", JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("Token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync("/_host/commands", call)).StatusCode);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsJsonAsync("/_host/commands", call)).StatusCode);
    }
}
