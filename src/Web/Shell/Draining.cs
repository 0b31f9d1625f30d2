using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Shell;

/// <summary>
/// A shutdown says first that this node is not ready, and goes on serving for as long as is set, until a load balancer has
/// noticed. Then the server takes nothing new, and what it took is answered before the process ends.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, IOptions<NodesOptions> options, ILogger<Draining> logger) : IHostedService
{
    private volatile bool _begun;

    public bool HasBegun => _begun;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(Drain);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host stops its services when this returns.
    private void Drain()
    {
        _begun = true;
        if (options.Value.DrainSeconds == 0) return;
        logger.LogInformation("Not ready from now on; the server stops in {Seconds} seconds.", options.Value.DrainSeconds);
        Thread.Sleep(TimeSpan.FromSeconds(options.Value.DrainSeconds));
    }
}
