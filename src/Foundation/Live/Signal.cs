using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Live;

/// <summary>
/// "Something changed; come and look." A signal carries no data: subscribers pull what they show. A subscriber is
/// called at most once per its interval however often the signal is raised, never twice at the same time, and once
/// more after the last raise, so nobody misses the final state. One failing subscriber never hurts the others.
/// </summary>
public sealed class Signal(TimeProvider time, ILogger<Signal> logger)
{
    private readonly Lock _gate = new();
    private Subscription[] _subscriptions = [];
    private Action? _beyond;

    /// <summary>Tells every subscriber. Returns at once; never throws.</summary>
    public void Raise()
    {
        Hear();
        Volatile.Read(ref _beyond)?.Invoke();
    }

    /// <summary>It was raised on another node.</summary>
    public void Hear()
    {
        foreach (var subscription in Volatile.Read(ref _subscriptions)) subscription.Nudge();
    }

    /// <summary>Calls <paramref name="callback"/> after a raise, at most every <paramref name="interval"/>, until disposed.</summary>
    /// <param name="anyway">Also this often without a raise, for what ages when nothing happens any more.</param>
    public Subscription Subscribe(TimeSpan interval, Func<Task> callback, TimeSpan? anyway = null)
    {
        var subscription = new Subscription(this, interval, callback, anyway, time, logger);
        lock (_gate) _subscriptions = [.. _subscriptions, subscription];
        return subscription;
    }

    /// <summary>What takes each raise to other nodes; it must return at once and not throw.</summary>
    public void Share(Action beyond) => Volatile.Write(ref _beyond, beyond);

    public int SubscriberCount => Volatile.Read(ref _subscriptions).Length;

    internal void Remove(Subscription subscription)
    {
        lock (_gate) _subscriptions = [.. _subscriptions.Where(s => s != subscription)];
    }
}
