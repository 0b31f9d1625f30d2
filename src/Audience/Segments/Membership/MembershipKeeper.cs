using System.Data.Common;
using System.Diagnostics.Metrics;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Segments;

/// <summary>
/// Keeps the members of active segments: people whose events arrived, and people whose events just grew too old (or old
/// enough), are asked again every few seconds; a new rule, a start and rewritten history are computed whole.
/// Raises <see cref="Changed"/> after every pass; pages, campaigns and rules listen there and pull what they need. A
/// segment that cannot be computed grows old by itself and does not hold up the others.
/// </summary>
public sealed class MembershipKeeper : BackgroundService, ICommittedEvents
{
    private static readonly Meter Meter = new("BehaviorDashboard.Segments");
    private static readonly Histogram<double> PassTime = Meter.CreateHistogram<double>("behavior.segments.pass.duration", "ms", "Time of one pass over touched people");

    private readonly Database _database;
    private readonly SegmentStore _store;
    private readonly MembershipStore _members;
    private readonly MembershipObservers _observers;
    private readonly ShopClock _clock;
    private readonly SegmentsOptions _options;
    private readonly string _currency;
    private readonly Terms _terms;
    private readonly Node _node;
    private readonly PassNews _passes;
    private readonly TimeProvider _time;
    private readonly ILogger<MembershipKeeper> _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _passing = new(1, 1);
    private readonly Dictionary<int, (int Version, DateTimeOffset AsOf)> _fresh = [];
    private readonly Dictionary<int, int> _versions = [];
    private RuleTerms _named = RuleTerms.None;
    private HashSet<string> _touched = [];
    private bool _all = true;
    private bool _idle;
    private DateTimeOffset _last;

    internal MembershipKeeper(Database database, SegmentStore store, MembershipObservers observers, ShopClock clock, IOptions<SegmentsOptions> options, IOptions<ShopOptions> shop, Terms terms, Node node, NodeNews news, TimeProvider time, ILogger<Signal> signalLogger, ILogger<MembershipKeeper> logger)
    {
        (_database, _store, _observers, _clock, _options, _currency, _terms, _node, _time, _logger) = (database, store, observers, clock, options.Value, shop.Value.Currency, terms, node, time, logger);
        _members = new MembershipStore(database, observers);
        Changed = new Signal(time, signalLogger);
        _passes = new PassNews(news, HearPass, AnswerAsync);
    }

    /// <summary>A pass has ended: ages are new, and somebody may have entered or left.</summary>
    public Signal Changed { get; }

    /// <summary>Members older than this are behind.</summary>
    public TimeSpan StaleAfter => TimeSpan.FromSeconds(Math.Max(15, 5 * _options.EverySeconds));

    /// <summary>People who did something since the last pass began; null: everybody is computed anew.</summary>
    public int? Waiting
    {
        get
        {
            lock (_gate) return !_node.Schedule.Held ? 0 : _all ? null : _touched.Count;
        }
    }

    /// <summary>When the members of an active segment were last exact by its present rule; null: not since the start.</summary>
    public DateTimeOffset? AsOf(Segment segment)
    {
        lock (_gate) return _fresh.TryGetValue(segment.Id, out var fresh) && fresh.Version == segment.Version ? fresh.AsOf : null;
    }

    void ICommittedEvents.OnCommitted(CommittedBatch batch)
    {
        lock (_gate)
        {
            // Without an active segment nobody is asked again; a segment that becomes active is computed whole.
            if (_all || _idle) return;
            foreach (var e in batch.Events)
                if (e.PersonKey is not null) _touched.Add(e.PersonKey);
            foreach (var link in batch.Links)
            {
                _touched.Add(link.Alias);
                _touched.Add(link.PersonKey);
            }
            if (_touched.Count > _options.MostTouched) (_all, _touched) = (true, []);
        }
    }

    void ICommittedEvents.OnRewritten()
    {
        lock (_gate) (_all, _touched) = (true, []);
    }

    /// <summary>Brings every active segment to now. Several callers wait for one another; on a node that does not keep the members, for the one that does.</summary>
    public async Task PassAsync(CancellationToken cancel = default)
    {
        if (!_node.Schedule.Held)
        {
            await _passes.AskAsync(cancel);
            return;
        }
        await _passing.WaitAsync(cancel);
        try
        {
            var asked = _passes.Asked();
            await RefreshAsync(cancel);
            lock (_gate) _passes.Tell(_last, _fresh, asked);
        }
        catch
        {
            ((ICommittedEvents)this).OnRewritten();
            throw;
        }
        finally
        {
            _passing.Release();
        }
    }

    /// <summary>What the node that keeps the members has just done.</summary>
    private void HearPass(DateTimeOffset asOf, IReadOnlyDictionary<int, int> versions)
    {
        if (_node.Schedule.Held) return;
        lock (_gate)
            foreach (var (segment, version) in versions) _fresh[segment] = (version, asOf);
        Changed.Hear();
    }

    /// <summary>Another node wants a pass.</summary>
    private async Task AnswerAsync()
    {
        if (!_node.Schedule.Held) return;
        try
        {
            await PassAsync();
        }
        catch (Exception problem)
        {
            _logger.LogError(problem, "Segments could not be brought up to date for another node.");
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        // What changed while another node kept them is not known here.
        ((ICommittedEvents)this).OnRewritten();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(_options.EverySeconds), _time);
        do
        {
            try
            {
                await PassAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "Segments could not be brought up to date; their age keeps growing until they can.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RefreshAsync(CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        HashSet<string> touched;
        bool all;
        DateTimeOffset asOf;
        lock (_gate)
        {
            asOf = _clock.Now;
            (touched, all) = (_touched, _all || asOf < _last);
            (_touched, _all, _idle) = ([], false, false);
        }
        var segments = await _store.AllAsync(cancel);
        var rules = segments.ToDictionary(s => s.Id, s => s.Read());
        var active = segments.Where(s => s.Status == "active").ToList();
        var terms = await _terms.AtAsync(asOf, cancel);
        var whole = active.Where(s => all || _fresh.GetValueOrDefault(s.Id).Version != s.Version || DependsOnChanged(rules[s.Id]) || Renewed(rules[s.Id])).Select(s => s.Id).ToList();
        var rest = active.Select(s => s.Id).Except(whole).ToList();
        // Those that were switched off since the last pass, or before the start.
        var stopped = all || _fresh.Keys.Except(active.Select(s => s.Id)).Any();
        if (all) await _members.NotAheadAsync(asOf, cancel);
        if (stopped) await _members.CloseInactiveAsync(asOf, cancel);
        var failed = new HashSet<int>();
        if (rest.Count > 0)
        {
            foreach (var lag in rest.SelectMany(id => Lags.Of(rules[id], Find)).Append(0).Distinct())
                touched.UnionWith(await _members.CrossedAsync(_last.AddDays(-lag), asOf.AddDays(-lag), cancel));
            if (touched.Count > 0) await ComputeAsync(rest, touched);
        }
        if (whole.Count > 0) await ComputeAsync(whole, null);
        lock (_gate)
        {
            (_last, _named) = (asOf, terms);
            _fresh.Clear();
            foreach (var segment in active.Where(s => !failed.Contains(s.Id))) _fresh[segment.Id] = (segment.Version, asOf);
            foreach (var segment in segments) _versions[segment.Id] = segment.Version;
            _idle = active.Count == 0;
        }
        PassTime.Record(_time.GetElapsedTime(started).TotalMilliseconds);
        Changed.Raise();
        _observers.Stored();

        Rule? Find(int id) => rules.GetValueOrDefault(id);

        bool DependsOnChanged(Rule rule, int depth = 0) => depth <= RuleCheck.MaxDepth && rule.Conditions().OfType<SegmentRule>()
            .Any(r => segments.FirstOrDefault(s => s.Id == r.Segment) is { } other && (_versions.GetValueOrDefault(other.Id) != other.Version || DependsOnChanged(rules[other.Id], depth + 1)));

        bool Renewed(Rule rule, int depth = 0) => depth <= RuleCheck.MaxDepth && rule.Conditions().Any(c =>
            c is SegmentRule other ? rules.TryGetValue(other.Segment, out var its) && Renewed(its, depth + 1) : terms.VersionOf(c) != _named.VersionOf(c));

        RulePlanner Plan(RuleSources sources) => new(sources, _database.Dialect, asOf, _clock, _currency, Find, terms);

        // All in one transaction; where that fails, one by one, so that only the one at fault stays behind.
        async Task ComputeAsync(IReadOnlyList<int> ids, IReadOnlyCollection<string>? people)
        {
            try
            {
                await _members.RefreshAsync(ids, people, EventNeeds.Of(ids.Select(id => rules[id]), Find, asOf, _clock), id => rules[id], Plan, asOf, cancel);
            }
            catch (DbException) when (ids.Count > 1)
            {
                foreach (var id in ids) await ComputeAsync([id], people);
            }
            catch (DbException problem)
            {
                _logger.LogError(problem, "Segment {Segment} could not be computed; its age keeps growing until it can.", ids[0]);
                failed.Add(ids[0]);
            }
        }
    }
}
