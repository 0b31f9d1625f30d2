using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Testing;

/// <summary>A request as a <see cref="Receiver"/> got it.</summary>
public sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A real HTTP server on a free loopback port that keeps what it is sent and answers as it is told.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = [];

    /// <summary>The status of each answer.</summary>
    public Func<ReceivedRequest, int> Answer { get; set; } = _ => 200;

    /// <summary>The page of every answer; empty: none.</summary>
    public string Page { get; set; } = "";

    /// <summary>Headers of every answer.</summary>
    public Dictionary<string, string> AnswerHeaders { get; } = [];

    public Uri Address { get; private set; } = null!;

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        receiver.Address = new Uri(receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new ReceivedRequest(context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync());
        Requests.Enqueue(request);
        foreach (var (name, value) in AnswerHeaders) context.Response.Headers[name] = value;
        context.Response.StatusCode = Answer(request);
        if (Page.Length == 0) return;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(Page);
    }
}
