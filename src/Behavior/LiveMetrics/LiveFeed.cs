using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// Folds committed events into the live windows, off the writer's thread, and raises <see cref="Changed"/>; pages and the
/// hub pull <see cref="Snapshot"/>, which is computed at most four times a second for all of them. After a start, and
/// after history was rewritten, the windows are rebuilt from the store while new events wait.
/// </summary>
public sealed class LiveFeed : BackgroundService, ICommittedEvents
{
    private const int MostRecent = 30;
    private const int RankingLength = 10;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReadTwice = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SnapshotLife = TimeSpan.FromMilliseconds(240);

    private readonly CommitQueue _commits = new();
    private readonly KpiStore _store;
    private readonly IProductCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly ILogger<LiveFeed> _logger;
    private readonly string _currency;
    private readonly Lock _gate = new();
    private readonly LinkedList<RecentEvent> _recent = [];
    private readonly Dictionary<string, string> _titles = [];
    private LiveWindows _windows;
    private LiveSnapshot? _snapshot;
    private readonly Func<(bool Late, bool StoreAnswers, bool DiskFull)> _standing;
    private HashSet<ulong>? _alreadyRead;
    private long _read;
    private bool _catchingUp = true;

    internal LiveFeed(KpiStore store, IProductCatalog catalog, IOptions<ShopOptions> shop, Func<(bool Late, bool StoreAnswers, bool DiskFull)> standing, TimeProvider time, ILogger<Signal> signalLogger, ILogger<LiveFeed> logger)
    {
        (_store, _catalog, _standing, _time, _logger, _currency) = (store, catalog, standing, time, logger, shop.Value.Currency);
        _windows = new LiveWindows(time.GetUtcNow());
        Changed = new Signal(time, signalLogger);
    }

    /// <summary>Raised after every fold and every second, because windows slide even when nothing happens.</summary>
    public Signal Changed { get; }

    public LiveSnapshot Snapshot()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (_snapshot is { } fresh && now - fresh.AsOf < SnapshotLife && now >= fresh.AsOf) return fresh;
            _windows.Advance(now);
            var (late, answers, full) = _standing();
            return _snapshot = new LiveSnapshot(now, _catchingUp, late, answers, full, _windows.EventsPerSecond,
                LiveWindows.Keys.ToDictionary(k => k, k => Titled(_windows.Read(k, RankingLength))), [.. _recent]);
        }
    }

    /// <summary>The figures of one window at this moment.</summary>
    /// <returns>Null while the windows are being read, and for an instant that is not now.</returns>
    internal KpiValues? Read(string window, DateTimeOffset at)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (_catchingUp || (now - at).Duration() > ClockTolerance) return null;
            _windows.Advance(now);
            return _windows.Values(window);
        }
    }

    void ICommittedEvents.OnCommitted(CommittedBatch batch) => _commits.Add(batch);

    void ICommittedEvents.OnRewritten() => _commits.AddRewritten();

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _commits.Follow();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var ticking = TickAsync(stoppingToken);
        var rebuild = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                rebuild = (rebuild && await RebuildAsync(stoppingToken)) || await FoldAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "The live windows will be rebuilt.");
                rebuild = true;
                await Task.Delay(TimeSpan.FromSeconds(2), _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await ticking;
    }

    /// <returns>True when history was rewritten.</returns>
    private async Task<bool> FoldAsync(CancellationToken cancel)
    {
        await _commits.WaitAsync(cancel);
        while (_commits.TryTake(out var batch))
        {
            if (batch is null) return true;
            if (_alreadyRead is not null && _time.GetElapsedTime(_read) > ReadTwice) _alreadyRead = null;
            lock (_gate) Fold(batch, _alreadyRead);
            await LearnTitlesAsync(batch, cancel);
            Changed.Raise();
        }
        return false;
    }

    private void Fold(CommittedBatch batch, HashSet<ulong>? skip)
    {
        _windows.Advance(_time.GetUtcNow());
        foreach (var link in batch.Links) _windows.Link(link.Alias, link.PersonKey);
        foreach (var e in batch.Events)
        {
            if (skip?.Contains(Tally.Hash(e.MessageId)) == true) continue;
            var live = LiveEvent.Of(e, _currency);
            _windows.Fold(live);
            if (live.Unmet is not null || (e.Type == EventTypes.Track && e.Name is EventNames.OrderCompleted or EventNames.OrderRefunded or EventNames.ProductReviewed)) Remember(e);
        }
    }

    private void Remember(ShopEvent e)
    {
        if (_time.GetUtcNow() - e.OccurredAt > TimeSpan.FromHours(1)) return;
        _recent.AddFirst(new RecentEvent(e.OccurredAt, e.Name, e.PersonKey, e.Revenue, e.Currency ?? _currency, e.Query ?? e.ProductId));
        if (_recent.Count > MostRecent) _recent.RemoveLast();
    }

    /// <summary>
    /// Reads the windows from the store while commits wait in the queue. A commit that is in what was read too is not folded
    /// twice: those told meanwhile, and for a while those that come, which another node or this one may have made durable without
    /// having told it here yet.
    /// </summary>
    /// <returns>True when history was rewritten meanwhile.</returns>
    private async Task<bool> RebuildAsync(CancellationToken cancel)
    {
        var started = _time.GetUtcNow();
        var fresh = new LiveWindows(started);
        var near = new HashSet<ulong>();
        await _store.ScanAsync(fresh.Oldest, e =>
        {
            fresh.Fold(LiveEvent.Of(e.At, e.Type, e.Name, e.Person, e.Session, e.Product, e.Category, e.Price, e.Quantity, e.Currency, e.Revenue, e.Query, e.Results, _currency));
            near.Add(Tally.Hash(e.MessageId));
        }, cancel);
        lock (_gate)
        {
            (_windows, _catchingUp, _snapshot, _alreadyRead, _read) = (fresh, false, null, near, _time.GetTimestamp());
            // What was rewritten may be among them: an erased person must not stand here.
            _recent.Clear();
            while (_commits.TryTake(out var batch))
            {
                if (batch is null) return true;
                Fold(batch, near);
            }
        }
        Changed.Raise();
        return false;
    }

    private async Task TickAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        var latest = _time.GetUtcNow();
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                // Buckets do not run backwards: after a correction of the clock the windows are read anew.
                var now = _time.GetUtcNow();
                if (now < latest - ClockTolerance) _commits.AddRewritten();
                latest = now;
                Changed.Raise();
            }
        }
        catch (OperationCanceledException)
        {
            // The product stops.
        }
    }

    private async Task LearnTitlesAsync(CommittedBatch batch, CancellationToken cancel)
    {
        var unknown = new HashSet<string>();
        lock (_gate)
        {
            if (_titles.Count > 100_000) _titles.Clear();
            foreach (var e in batch.Events)
                if (e.ProductId is { } product && unknown.Count < 500 && !_titles.ContainsKey(product)) unknown.Add(product);
        }
        if (unknown.Count == 0) return;
        var found = await _catalog.TitlesAsync([.. unknown], cancel);
        lock (_gate)
            foreach (var id in unknown) _titles[id] = found.GetValueOrDefault(id, id);
    }

    private KpiWindow Titled(KpiWindow window) => window with { Products = [.. window.Products.Select(p => p with { Title = _titles.GetValueOrDefault(p.Id, p.Id) })] };
}
