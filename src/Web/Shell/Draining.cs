using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Shell;

/// <summary>
/// A shutdown says first that this node is not ready, and goes on serving for as long as is set, until a load balancer has
/// noticed. Then the server takes nothing new, and what it took is answered before the process ends. Open pages and followers of
/// live figures are let go at that moment: the server would wait for each half a minute.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, IOptions<NodesOptions> options, ILogger<Draining> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private volatile bool _begun;

    public bool HasBegun => _begun;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(Drain);
        return Task.CompletedTask;
    }

    /// <summary>Carries a connection that lasts for as long as this node serves. A page that is let go must not come back here either.</summary>
    public async Task CarryAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.StartsWithSegments("/_blazor") && !http.Request.Path.StartsWithSegments("/hubs"))
        {
            await next(http);
            return;
        }
        if (_over.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        await using var end = _over.Token.Register(http.Abort);
        await next(http);
    }

    public void Dispose() => _over.Dispose();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host stops its services when this returns.
    private void Drain()
    {
        _begun = true;
        if (options.Value.DrainSeconds > 0)
        {
            logger.LogInformation("Not ready from now on; the server stops in {Seconds} seconds.", options.Value.DrainSeconds);
            Thread.Sleep(TimeSpan.FromSeconds(options.Value.DrainSeconds));
        }
        _over.Cancel();
    }
}
