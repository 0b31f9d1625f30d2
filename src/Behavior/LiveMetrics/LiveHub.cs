using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>What the hub calls on its clients.</summary>
public interface ILiveClient
{
    /// <summary>The newest figures; at most four times a second, and every second when nothing happens.</summary>
    Task Snapshot(LiveSnapshot snapshot);
}

/// <summary>Live figures for outside clients, at <c>/hubs/live</c>; see docs/live-hub.md.</summary>
[Authorize(Policy = Access.ReadApi)]
public sealed class LiveHub(LiveFeed feed) : Hub<ILiveClient>
{
    private static int _clients;

    internal static int Connected => Volatile.Read(ref _clients);

    /// <summary>The figures now, for a client that does not want to wait.</summary>
    public LiveSnapshot GetSnapshot() => LivePump.Public(feed.Snapshot());

    public override Task OnConnectedAsync()
    {
        Interlocked.Increment(ref _clients);
        return base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Interlocked.Decrement(ref _clients);
        return base.OnDisconnectedAsync(exception);
    }
}

/// <summary>Sends the newest snapshot to everybody connected to the hub, serialised once for all.</summary>
internal sealed class LivePump(LiveFeed feed, IHubContext<LiveHub, ILiveClient> hub) : IHostedService
{
    private Subscription? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = feed.Changed.Subscribe(TimeSpan.FromMilliseconds(250), () => LiveHub.Connected == 0 ? Task.CompletedTask : hub.Clients.All.Snapshot(Public(feed.Snapshot())));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Outside clients get no keys of people.</summary>
    public static LiveSnapshot Public(LiveSnapshot snapshot) => snapshot with { Recent = [.. snapshot.Recent.Select(r => r with { Person = null })] };
}
