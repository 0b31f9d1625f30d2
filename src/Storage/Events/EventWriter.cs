using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Events;

/// <summary>
/// The only way events get into the store, one commit at a time: what waits is stored together (group commit), each
/// commit holds the events, the rows of their people and the identities they revealed, and senders are answered when
/// it is durable. What waits is bounded.
/// </summary>
public sealed class EventWriter : IAsyncDisposable
{
    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentQueue<Func<CommitRunner, Task>> _news = new();
    private readonly CommitRunner _runner;
    private readonly StorageOptions _options;
    private readonly ILogger<EventWriter> _logger;
    private readonly Lazy<Task> _loop;
    private readonly ITimer _settling;
    private readonly Meter _meter = new("BehaviorDashboard.Storage");
    private readonly Counter<long> _refused;
    private static readonly TimeSpan SettleEvery = TimeSpan.FromMinutes(1);
    // Who is told to come back comes back sooner than this.
    private static readonly TimeSpan FullFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPage = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private long _waiting, _fullAt = long.MinValue;

    public EventWriter(Database database, IOptions<StorageOptions> options, IOptions<ShopOptions> shop, IEnumerable<ICommittedEvents> observers, IEnumerable<ICommitParticipant> participants, IEnumerable<IHistoryParticipant> historians,
        TimeProvider time, ILogger<EventWriter> logger)
    {
        _options = options.Value;
        (_logger, _time) = (logger, time);
        _runner = new CommitRunner(database, shop.Value.Currency, [.. observers], [.. participants], [.. historians], time, logger);
        _loop = new Lazy<Task>(() =>
        {
            // Whoever comes first must not lend the writer what belongs to their own flow, such as a lease.
            if (ExecutionContext.IsFlowSuppressed()) return Task.Run(RunAsync);
            using var _ = ExecutionContext.SuppressFlow();
            return Task.Run(RunAsync);
        });
        _meter.CreateObservableGauge("behavior.events.waiting", () => Waiting, description: "Events that wait for a commit");
        _refused = _meter.CreateCounter<long>("behavior.events.refused", description: "Events told to come back later");
        _settling = time.CreateTimer(_ => { if (_loop.IsValueCreated) _queue.Writer.TryWrite(new PendingSettling(null)); }, null, SettleEvery, SettleEvery);
    }

    /// <summary>Events that wait for a commit.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Whether events were refused a moment ago because the disk of the store is full, and none could be stored since.</summary>
    public bool DiskFull => Interlocked.Read(ref _fullAt) is var at && at != long.MinValue && _time.GetElapsedTime(at) < FullFor;

    private abstract record Pending(int Size);

    private sealed record PendingEvents(IReadOnlyList<ShopEvent> Events, TaskCompletionSource<AppendResult> Done) : Pending(Events.Count);

    private sealed record PendingWork(Func<CommitRunner, Task> Work, TaskCompletionSource Done) : Pending(0);

    private sealed record PendingSettling(TaskCompletionSource? Done) : Pending(0);

    /// <summary>Other nodes did something: it waits in a queue of its own, so that it cuts no commit in two.</summary>
    private sealed record PendingNews() : Pending(0);

    /// <summary>
    /// Reads what the writer must know before its first commit. The first page goes before it, an event does not wait. Ends when it is
    /// known, or could not be read: then the first commit reads it.
    /// </summary>
    public async Task WarmUpAsync(CancellationToken cancel)
    {
        if (!_loop.IsValueCreated) await Task.Delay(FirstPage, _time, cancel);
        _ = _loop.Value;
        await _ready.Task.WaitAsync(cancel);
    }

    /// <summary>Stores a batch; returns when it is durable. Events with a message id stored before change nothing.</summary>
    /// <exception cref="EventQueueFullException">Too much is waiting; nothing of the batch was taken.</exception>
    public Task<AppendResult> AppendAsync(IReadOnlyList<ShopEvent> events, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (events.Count == 0) return Task.FromResult(new AppendResult([]));
        _ = _loop.Value;
        if (!Reserve(events.Count))
        {
            _refused.Add(events.Count);
            throw new EventQueueFullException(TimeSpan.FromSeconds(1));
        }
        var pending = new PendingEvents(events, new TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(pending), this);
        return pending.Done.Task.WaitAsync(cancel);
    }

    /// <summary>As <see cref="AppendAsync"/>, for senders that can wait for room, such as a file import.</summary>
    public async Task<AppendResult> AppendWhenRoomAsync(IReadOnlyList<ShopEvent> events, CancellationToken cancel = default)
    {
        while (true)
        {
            try
            {
                return await AppendAsync(events, cancel);
            }
            catch (EventQueueFullException)
            {
                await Task.Delay(20, cancel);
            }
        }
    }

    /// <summary>
    /// Runs a change of stored history (a merge, an undo, an erasure) in one transaction between two commits, so that
    /// no event arrives meanwhile. May run again after a conflict.
    /// </summary>
    public Task ExclusiveAsync(Func<ExclusiveSession, Task> work) => AloneAsync(runner => runner.ExclusiveAsync(work));

    /// <summary>
    /// Runs a short write in a transaction between two commits of all nodes: what it reads is all that was stored until then, and
    /// every commit after it sees what it wrote. Stored history stays as it is. May run again after a conflict.
    /// </summary>
    public Task BetweenCommitsAsync(Func<Session, Task> work) => AloneAsync(runner => runner.BetweenAsync(work));

    private Task AloneAsync(Func<CommitRunner, Task> work)
    {
        _ = _loop.Value;
        var pending = new PendingWork(work, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(pending), this);
        return pending.Done.Task;
    }

    /// <summary>Makes the people's numbers of sessions exact now; else it happens within a minute.</summary>
    public Task SettleAsync()
    {
        _ = _loop.Value;
        var pending = new PendingSettling(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(pending), this);
        return pending.Done!.Task;
    }

    /// <summary>How often stored history had been changed when this node last looked.</summary>
    internal long History => _runner.History;

    /// <summary>Another node stored these: its sessions and identities are known here.</summary>
    internal void Hear(CommittedBatch batch) => Follow(runner =>
    {
        runner.Hear(batch);
        return Task.CompletedTask;
    });

    /// <summary>Another node may have changed stored history.</summary>
    internal void LookAtHistory() => Follow(runner => runner.LookAtHistoryAsync());

    /// <summary>Counts the sessions of those seen since anew.</summary>
    internal void DoubtSince(DateTimeOffset since) => Follow(runner => runner.DoubtSinceAsync(since));

    private void Follow(Func<CommitRunner, Task> news)
    {
        _ = _loop.Value;
        _news.Enqueue(news);
        _queue.Writer.TryWrite(new PendingNews());
    }

    /// <summary>Stores what waits, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _settling.DisposeAsync();
        _queue.Writer.TryComplete();
        if (_loop.IsValueCreated) await _loop.Value;
        _meter.Dispose();
    }

    /// <summary>One batch always finds room when nothing waits, however large it is.</summary>
    private bool Reserve(int events)
    {
        for (var before = Waiting; before == 0 || before + events <= _options.QueueEvents; before = Waiting)
            if (Interlocked.CompareExchange(ref _waiting, before + events, before) == before) return true;
        return false;
    }

    private async Task RunAsync()
    {
        try
        {
            await _runner.PrepareAsync();
        }
        catch (Exception problem)
        {
            _logger.LogWarning(problem, "What is stored could not be read yet; it is before the first commit.");
        }
        _ready.TrySetResult();
        var group = new List<PendingEvents>();
        var size = 0;
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (_queue.Reader.TryRead(out var pending))
            {
                if (pending is PendingEvents events) group.Add(events);
                size += pending.Size;
                if (pending is PendingEvents or PendingNews && size < _options.CommitEvents && _queue.Reader.TryPeek(out _)) continue;
                while (_news.TryDequeue(out var news)) await FollowAsync(news);
                if (group.Count > 0) await StoreAsync(group);
                group.Clear();
                size = 0;
                if (pending is PendingWork work) await RunAsync(work);
                if (pending is PendingSettling settling) await SettleAsync(settling);
            }
        }
    }

    private async Task StoreAsync(List<PendingEvents> group)
    {
        try
        {
            var stored = await _runner.StoreAsync([.. group.Select(g => g.Events)]);
            Interlocked.Exchange(ref _fullAt, long.MinValue);
            for (var i = 0; i < group.Count; i++) group[i].Done.TrySetResult(stored[i]);
        }
        catch (Exception problem) when (group.Count > 1)
        {
            // One batch may be at fault: the others must not pay for it.
            _logger.LogWarning(problem, "A commit of {Batches} batches failed; storing them one by one.", group.Count);
            foreach (var one in group) await StoreAsync([one]);
            return;
        }
        catch (Exception problem)
        {
            if (problem is StoreUnavailableException { DiskFull: true }) Interlocked.Exchange(ref _fullAt, _time.GetTimestamp());
            _logger.LogError(problem, "A batch of {Events} events could not be stored.", group[0].Size);
            group[0].Done.TrySetException(problem);
        }
        Interlocked.Add(ref _waiting, -group.Sum(g => (long)g.Size));
    }

    /// <summary>Some people at a time by the clock, all when asked.</summary>
    private async Task SettleAsync(PendingSettling settling)
    {
        try
        {
            while (!await _runner.SettleAsync() && settling.Done is not null) { }
            settling.Done?.TrySetResult();
        }
        catch (Exception problem)
        {
            _logger.LogWarning(problem, "Sessions could not be counted; they are counted in the next minute.");
            settling.Done?.TrySetException(problem);
        }
    }

    private async Task FollowAsync(Func<CommitRunner, Task> news)
    {
        try
        {
            await news(_runner);
        }
        catch (Exception problem)
        {
            _logger.LogWarning(problem, "What another node did could not be followed; it is looked up again.");
        }
    }

    private async Task RunAsync(PendingWork work)
    {
        try
        {
            await work.Work(_runner);
            work.Done.TrySetResult();
        }
        catch (Exception problem)
        {
            work.Done.TrySetException(problem);
        }
    }
}
