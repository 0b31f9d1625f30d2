using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BehaviorDashboard.Testing;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.Benchmarks;

/// <summary>
/// A page as a browser keeps it open, without the browser: loaded with who signed in, its circuit started over a web socket, every batch of changes answered
/// and none drawn. It speaks what <c>blazor.web.js</c> of .NET 10 speaks; the framework's own wire format is borrowed by reflection.
/// </summary>
internal sealed partial class Dashboard : IAsyncDisposable
{
    private static readonly Type WireFormat = typeof(CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.BlazorPack.BlazorPackHubProtocol", throwOnError: true)!;

    private readonly HubConnection _connection;
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _batches;

    private Dashboard(HubConnection connection) => _connection = connection;

    /// <summary>Batches of changes that came so far.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Signs in as a browser does.</summary>
    public static async Task SignInAsync(HttpClient browser, string email, string password)
    {
        using var answer = await WebHost.PostFormAsync(browser, "login", "auth/login", new() { ["email"] = email, ["password"] = password });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Opens a page and waits until its circuit has sent the first changes.</summary>
    /// <param name="browser">With <paramref name="cookies"/> of who signed in.</param>
    public static async Task<Dashboard> OpenAsync(HttpClient browser, CookieContainer cookies, string page)
    {
        var html = await browser.GetStringAsync(new Uri(page, UriKind.Relative));
        var operations = new JsonArray();
        foreach (Match marker in Marker().Matches(html))
            if (JsonNode.Parse(marker.Groups[1].Value) is JsonObject start && start["type"]?.GetValue<string>() == "server")
                operations.Add(new JsonObject { ["type"] = "add", ["ssrComponentId"] = operations.Count + 1, ["marker"] = start.DeepClone() });
        if (operations.Count == 0) throw new InvalidOperationException($"{page} holds no interactive component.");
        var state = State().Match(html).Groups[1].Value;
        var builder = new HubConnectionBuilder().WithUrl(new Uri(browser.BaseAddress!, "_blazor"), o => o.Cookies = cookies);
        builder.Services.AddSingleton((IHubProtocol)Activator.CreateInstance(WireFormat)!);
        var dashboard = new Dashboard(builder.Build());
        dashboard.Listen();
        await dashboard._connection.StartAsync();
        var circuit = await dashboard._connection.InvokeAsync<string?>("StartCircuit", browser.BaseAddress!.ToString(), new Uri(browser.BaseAddress, page).ToString(), "[]", "");
        if (string.IsNullOrEmpty(circuit)) throw new InvalidOperationException("No circuit was given.");
        await dashboard._connection.SendAsync("UpdateRootComponents", new JsonObject { ["batchId"] = 1, ["operations"] = operations }.ToJsonString(), state);
        await dashboard._shown.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return dashboard;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Listen()
    {
        _connection.On<long, byte[]>("JS.RenderBatch", async (batch, _) =>
        {
            Interlocked.Increment(ref _batches);
            await _connection.SendAsync("OnRenderCompleted", batch, (string?)null);
            _shown.TrySetResult();
        });
        // Scripts are not run: a module is answered with a number of its own, all else with nothing.
        _connection.On<long, string, string, int, long, int>("JS.BeginInvokeJS", async (call, _, _, wanted, _, _) =>
        {
            if (call != 0) await _connection.SendAsync("EndInvokeJSFromDotNet", call, true, JsonSerializer.Serialize(new object?[] { call, true, wanted == 1 ? new { __jsObjectId = call } : null }));
        });
        _connection.On<string>("JS.Error", problem => _shown.TrySetException(new InvalidOperationException(problem)));
    }

    [GeneratedRegex("<!--Blazor:(\\{.*?\\})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();
}
