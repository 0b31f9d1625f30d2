using BehaviorDashboard.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Nodes;

/// <summary>
/// This web node among those on the same store: shows that it is there, and takes and renews the leases. It is the first of
/// the hosted services to start and the last to stop, so that a lease is given back when its work has ended.
/// </summary>
public sealed class Node : BackgroundService
{
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private readonly LeaseStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<Node> _logger;
    private readonly string _name;
    private readonly bool _alone;
    private readonly Lease[] _leases;
    private IReadOnlyList<NodeSeen> _nodes = [];
    private long _lastOthers = long.MinValue, _lastTrouble = long.MinValue;
    private (StoreMoment Moment, long Asked)? _moment;
    private bool _clockIsOff;

    public Node(Database database, IOptions<NodesOptions> options, TimeProvider time, ILogger<Node> logger)
    {
        (_store, _time, _logger) = (new LeaseStore(database), time, logger);
        _alone = database.Dialect.Name == "duckdb";
        _name = options.Value.Name.Length > 0 ? options.Value.Name : Environment.MachineName;
        _leases = [Schedule = new Lease("schedule", time, logger)];
    }

    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>For everything that runs by the clock: one lease, because its parts nudge each other in memory.</summary>
    public Lease Schedule { get; }

    /// <summary>All nodes that were there a moment ago, this one included.</summary>
    public IReadOnlyList<NodeSeen> Nodes => Volatile.Read(ref _nodes);

    /// <summary>How many share the work.</summary>
    public int Count => Math.Max(1, Nodes.Count);

    /// <summary>Whether the store answered the last time it was asked.</summary>
    public bool StoreAnswers { get; private set; } = true;

    /// <summary>How often stored history was changed, as of the last beat.</summary>
    internal long History => _moment?.Moment.History ?? 0;

    /// <summary>How many commits commands had made, as of the last beat.</summary>
    internal long Beside => _moment?.Moment.Beside ?? 0;

    /// <summary>The time by the database's clock: this machine's may jump.</summary>
    internal DateTimeOffset StoreTime => _moment is { } known ? known.Moment.At + _time.GetElapsedTime(known.Asked) : _time.GetUtcNow();

    /// <summary>How far the clock of a node that stores events may be from the database's.</summary>
    internal TimeSpan Skew => TimeSpan.FromSeconds(Nodes.Select(n => Math.Abs(n.Ahead)).DefaultIfEmpty().Max());

    /// <summary>Whether another node was there within <paramref name="within"/>.</summary>
    internal bool HadOthers(TimeSpan within) => Happened(ref _lastOthers, within);

    /// <summary>Whether the store did not answer within <paramref name="within"/>: commits may have waited long.</summary>
    internal bool HadTrouble(TimeSpan within) => Happened(ref _lastTrouble, within);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_alone) return;
        foreach (var lease in _leases) lease.Share();
        await _store.AddAsync(Names, cancellationToken);
        await BeatAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_alone) return;
        foreach (var lease in _leases) lease.Lose();
        try
        {
            // However long the server took before: given back they must be, and a shutdown does not end as a crash.
            using var patience = new CancellationTokenSource(ReleaseWithin);
            await _store.ReleaseAsync(Id, patience.Token);
        }
        catch (Exception problem)
        {
            _logger.LogWarning(problem, "The leases could not be given back; they run out in {Seconds} seconds.", Lease.Length.TotalSeconds);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        Array.ForEach(_leases, l => l.Dispose());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default))
        {
            try
            {
                await BeatAsync(stoppingToken);
                if (!StoreAnswers) _logger.LogInformation("The store answers again.");
                StoreAnswers = true;
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                if (StoreAnswers) _logger.LogError(problem, "The store does not answer.");
                StoreAnswers = false;
                Interlocked.Exchange(ref _lastTrouble, _time.GetTimestamp());
            }
            foreach (var lease in _leases)
                if (!lease.Held) lease.Lose();
        }
    }

    private IReadOnlyCollection<string> Names => [.. _leases.Select(l => l.Name)];

    private async Task BeatAsync(CancellationToken cancel)
    {
        // A store that hangs is a store that does not answer.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Lease.Length);
        var asked = _time.GetTimestamp();
        var held = (await _store.RenewAsync(Id, Names, Lease.Length, patience.Token)).ToDictionary(h => h.Name, h => h.Term);
        if (held.Count < _leases.Length)
            foreach (var taken in await _store.TakeAsync(Id, [.. Names.Where(n => !held.ContainsKey(n))], Lease.Length, patience.Token))
            {
                held[taken.Name] = taken.Term;
                _logger.LogInformation("This node does the work of the lease '{Lease}' from now on (term {Term}).", taken.Name, taken.Term);
            }
        foreach (var lease in _leases)
            if (held.TryGetValue(lease.Name, out var term)) lease.Hold(Id, term, asked);
            else lease.Lose();
        var began = _time.GetTimestamp();
        var (nodes, moment) = await _store.BeatAsync(Id, _name, _time.GetUtcNow(), patience.Token);
        Volatile.Write(ref _nodes, nodes);
        _moment = (moment, began);
        if (_time is NodeClock clock) Follow(clock, moment.At, began);
        if (nodes.Any(n => n.Id != Id)) Interlocked.Exchange(ref _lastOthers, _time.GetTimestamp());
    }

    private void Follow(NodeClock clock, DateTimeOffset store, long asked)
    {
        clock.Follow(store, asked, _time.GetTimestamp());
        var ahead = clock.MachineAhead;
        var isOff = ahead.Duration() > ClockTolerance;
        if (isOff && !_clockIsOff) _logger.LogWarning("The clock of this machine is {Seconds:N0} s ahead of the database's, by which this node goes.", ahead.TotalSeconds);
        if (!isOff && _clockIsOff) _logger.LogInformation("The clock of this machine agrees with the database's again.");
        _clockIsOff = isOff;
    }

    private bool Happened(ref long at, TimeSpan within) => Interlocked.Read(ref at) is var last && last != long.MinValue && _time.GetElapsedTime(last) < within;
}
