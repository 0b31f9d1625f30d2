using System.Runtime.ExceptionServices;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Reports;

/// <summary>
/// Reports that read too much to be worked out while somebody waits for a page. The last one of each stays in memory and is shown with
/// its age; what is missing or old is worked out beside, once for all who ask, and one after the other, so that pages cannot flood the store.
/// </summary>
public sealed class KeptReports(TimeProvider time, ILogger<KeptReports> logger, ILogger<Signal> signals) : IHostedService, IAsyncDisposable, IDisposable
{
    /// <summary>How many are kept; beyond it those go that were not asked for longest and that no page shows.</summary>
    public const int Most = 64;

    /// <summary>So long after it was worked out a report is not begun again by itself.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5);

    /// <summary>A page that is told of a failure looks again: that must not begin the next attempt.</summary>
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<(object Kind, object Key), Entry> _entries = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource _history = new();
    private long _asked;

    /// <summary>Where a report is kept, and how it is worked out.</summary>
    internal sealed record Place(object Kind, object Key, Func<CancellationToken, Task<object>> Work);

    private sealed class Entry(Func<CancellationToken, Task<object>> work, Signal changed)
    {
        public Func<CancellationToken, Task<object>> Work { get; } = work;

        public Signal Changed { get; } = changed;

        public object? Report { get; set; }

        /// <summary>When the work on <see cref="Report"/> began.</summary>
        public DateTimeOffset Began { get; set; }

        /// <summary>When the last attempt ended; null: what is kept is no longer true.</summary>
        public DateTimeOffset? Ended { get; set; }

        public Exception? Problem { get; set; }

        public Task? Run { get; set; }

        /// <summary>What it is made of changed while it was worked out.</summary>
        public bool IsOutdated { get; set; }

        /// <summary><see cref="Report"/> is of before such a change: only a page that shows it already may go on showing it.</summary>
        public bool IsOfBefore { get; set; }

        public int Waiting { get; set; }

        public long Asked { get; set; }

        public bool IsWanted => Waiting > 0 || Changed.SubscriberCount > 0;
    }

    /// <summary>How many are kept now.</summary>
    public int Count
    {
        get { lock (_gate) return _entries.Count; }
    }

    /// <summary>Whether one is being worked out.</summary>
    public bool IsBusy => _turn.CurrentCount == 0;

    /// <summary>Forgets all of them, and what is being worked out: they may name somebody who was erased.</summary>
    public void Forget()
    {
        CancellationTokenSource before;
        Entry[] entries;
        lock (_gate)
        {
            (before, _history) = (_history, new CancellationTokenSource());
            entries = [.. _entries.Values];
            foreach (var entry in entries) (entry.Report, entry.Ended, entry.Problem) = (null, null, null);
        }
        // Beside: an engine may take its time to give up.
        _ = before.CancelAsync();
        foreach (var entry in entries) entry.Changed.Raise();
    }

    /// <summary>Stored events were removed or re-assigned: what is shown is worked out again, the rest is dropped.</summary>
    public void Outdate()
    {
        Entry[] entries;
        lock (_gate)
        {
            foreach (var (place, idle) in _entries.Where(e => e.Value is { Run: null, IsWanted: false }).ToList()) _entries.Remove(place);
            entries = [.. _entries.Values];
            foreach (var entry in entries) (entry.Ended, entry.IsOutdated, entry.IsOfBefore) = (null, entry.Run is not null, entry.Report is not null);
        }
        foreach (var entry in entries) entry.Changed.Raise();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops what is being worked out, and waits until it has.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate) running = [.. _entries.Values.Select(e => e.Run).OfType<Task>()];
        await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    public void Dispose() => _stopping.Cancel();

    internal ReportView<TReport> Look<TReport>(Place place, bool anew) where TReport : class
    {
        lock (_gate)
        {
            var entry = Of(place);
            if (entry.Run is null && (anew || IsDue(entry)) && !_stopping.IsCancellationRequested) Start(entry);
            return new ReportView<TReport>(entry.Report as TReport, entry.Report is null ? null : time.GetUtcNow() - entry.Began, entry.Run is not null, entry is { Problem: not null, Run: null });
        }
    }

    internal void Renew(Place place)
    {
        lock (_gate)
        {
            var entry = Of(place);
            if (entry.Run is not null) entry.IsOutdated = true;
            else if (!_stopping.IsCancellationRequested) Start(entry);
        }
    }

    internal async Task<object> ReadAsync(Place place, CancellationToken cancel)
    {
        while (true)
        {
            Entry entry;
            Task run;
            lock (_gate)
            {
                entry = Of(place);
                if (entry is { Report: { } kept, Problem: null } && !IsDue(entry)) return kept;
                _stopping.Token.ThrowIfCancellationRequested();
                run = entry.Run ?? Start(entry);
                entry.Waiting++;
            }
            try
            {
                await run.WaitAsync(cancel);
            }
            finally
            {
                lock (_gate) entry.Waiting--;
            }
            lock (_gate)
            {
                if (entry.Problem is { } problem) ExceptionDispatchInfo.Throw(problem);
                // Else it was forgotten meanwhile.
                if (entry.Report is { } made) return made;
            }
        }
    }

    internal Subscription Subscribe(Place place, Func<Task> told)
    {
        lock (_gate) return Of(place).Changed.Subscribe(TellEvery, told);
    }

    private bool IsDue(Entry entry) => entry.Ended is not { } ended || time.GetUtcNow() - ended >= (entry.Problem is null ? FreshFor : RestAfterFailure);

    private Entry Of(Place place)
    {
        if (!_entries.TryGetValue((place.Kind, place.Key), out var entry))
        {
            if (_entries.Count >= Most && _entries.Where(e => e.Value is { Run: null, IsWanted: false }).MinBy(e => e.Value.Asked) is { Value: not null } oldest) _entries.Remove(oldest.Key);
            _entries[(place.Kind, place.Key)] = entry = new Entry(place.Work, new Signal(time, signals));
        }
        entry.Asked = ++_asked;
        return entry;
    }

    private Task Start(Entry entry)
    {
        // Whoever asks must not lend the work what belongs to their own flow, such as a language.
        if (ExecutionContext.IsFlowSuppressed()) return entry.Run = Task.Run(() => RunAsync(entry));
        using var _ = ExecutionContext.SuppressFlow();
        return entry.Run = Task.Run(() => RunAsync(entry));
    }

    private async Task RunAsync(Entry entry)
    {
        if (!_turn.Wait(0))
        {
            var turn = _turn.WaitAsync(_stopping.Token);
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!turn.IsCompletedSuccessfully) return;
            if (GivesUp(entry)) return;
        }
        CancellationTokenSource history;
        lock (_gate) history = _history;
        var began = time.GetUtcNow();
        object? report = null;
        Exception? problem = null;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(history.Token, _stopping.Token);
            report = await entry.Work(either.Token);
        }
        catch (Exception failure)
        {
            problem = failure;
        }
        _turn.Release();
        lock (_gate)
        {
            entry.Run = null;
            if (history != _history || _stopping.IsCancellationRequested) problem = null;
            else if (problem is not null) (entry.Report, entry.Problem, entry.Ended) = (entry.IsOfBefore ? null : entry.Report, problem, time.GetUtcNow());
            else (entry.Report, entry.Began, entry.Problem, entry.Ended, entry.IsOfBefore) = (report, began, null, entry.IsOutdated ? null : time.GetUtcNow(), entry.IsOutdated);
            entry.IsOutdated = false;
            if (entry is { IsOfBefore: true, IsWanted: false }) entry.Report = null;
        }
        if (problem is not null) logger.LogError(problem, "A report could not be worked out; it is tried again when somebody asks for it.");
        entry.Changed.Raise();
    }

    /// <summary>Whether everybody who asked went on to another page before its turn came.</summary>
    private bool GivesUp(Entry entry)
    {
        lock (_gate)
        {
            if (entry.IsWanted) return false;
            entry.Run = null;
        }
        _turn.Release();
        return true;
    }
}
