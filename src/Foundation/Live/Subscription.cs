using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Live;

/// <summary>One listener of a <see cref="Signal"/>; dispose it to stop listening.</summary>
public sealed class Subscription : IDisposable
{
    private enum State { Idle, Scheduled, Running, RunningAndNudged, Disposed }

    private readonly Signal _signal;
    private readonly TimeSpan _interval;
    private readonly Func<Task> _callback;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly ITimer? _anyway;
    private State _state = State.Idle;
    private long _lastStart = long.MinValue;

    internal Subscription(Signal signal, TimeSpan interval, Func<Task> callback, TimeSpan? anyway, TimeProvider time, ILogger logger)
    {
        (_signal, _interval, _callback, _time, _logger) = (signal, interval, callback, time, logger);
        _timer = time.CreateTimer(static s => _ = ((Subscription)s!).RunAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (anyway is { } every) _anyway = time.CreateTimer(static s => ((Subscription)s!).Nudge(), this, every, every);
    }

    internal void Nudge()
    {
        lock (_gate)
        {
            if (_state == State.Running) _state = State.RunningAndNudged;
            if (_state == State.Idle) Schedule();
        }
    }

    public void Dispose()
    {
        lock (_gate) _state = State.Disposed;
        _timer.Dispose();
        _anyway?.Dispose();
        _signal.Remove(this);
    }

    private void Schedule()
    {
        _state = State.Scheduled;
        var since = _lastStart == long.MinValue ? _interval : _time.GetElapsedTime(_lastStart);
        _timer.Change(since >= _interval ? TimeSpan.Zero : _interval - since, Timeout.InfiniteTimeSpan);
    }

    private async Task RunAsync()
    {
        lock (_gate)
        {
            if (_state != State.Scheduled) return;
            _state = State.Running;
            _lastStart = _time.GetTimestamp();
        }
        try
        {
            await _callback();
        }
        catch (ObjectDisposedException)
        {
            // The page went away while it was being told; it is about to unsubscribe.
        }
        catch (Exception problem)
        {
            _logger.LogError(problem, "A live subscriber failed; it stays subscribed.");
        }
        lock (_gate)
        {
            var again = _state == State.RunningAndNudged;
            if (_state != State.Disposed) _state = State.Idle;
            if (again) Schedule();
        }
    }
}
