using System.Threading.Channels;
using BehaviorDashboard.Events;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Nodes;

/// <summary>
/// Makes the listeners of every web node hear what any of them stored. Over Redis within milliseconds; whenever something may
/// have been missed (Redis is cut, a node fell silent, a message is missing) what came meanwhile is looked up in the store,
/// every few seconds until all is well again. Each event is told once on each node, whichever way it came.
/// </summary>
public sealed class NodeRelay : BackgroundService, ICommittedEvents, ICommitParticipant
{
    private const int EventsAtOnce = 5_000;
    private const int MostWaiting = 2_000;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LookUpEvery = TimeSpan.FromSeconds(3);
    /// <summary>From its arrival at a node to its commit an event takes less; longer where the store had trouble.</summary>
    private static readonly TimeSpan OnTheWay = TimeSpan.FromSeconds(15), OnTheWayInTrouble = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Trouble = TimeSpan.FromMinutes(3);

    private readonly Node _node;
    private readonly NodeNews _news;
    private readonly Database _database;
    private readonly NodesOptions _options;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeRelay> _logger;
    private readonly Told _told;
    private readonly StoredSince _since;
    private readonly Channel<Func<long, NodeMessage>> _outgoing = Channel.CreateBounded<Func<long, NodeMessage>>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, Peer> _peers = [];
    private readonly HashSet<(string, string)> _newsWaiting = [];
    private readonly Lock _gate = new();
    private ICommittedEvents[] _listeners = [];
    private EventWriter? _writer;
    private RedisBus? _bus;
    private bool _follows, _wanted = true, _troubled;
    private long _ownHeard = long.MinValue, _lookedUp = long.MinValue, _number, _dropped, _beside = -1;
    private DateTimeOffset _wholeTo;
    private HashSet<string> _there = [];

    public NodeRelay(Node node, NodeNews news, Database database, IOptions<NodesOptions> options, IServiceProvider services, TimeProvider time, ILogger<NodeRelay> logger)
    {
        (_node, _news, _database, _options, _services, _time, _logger) = (node, news, database, options.Value, services, time, logger);
        (_told, _since) = (new Told(time), new StoredSince(database));
    }

    private sealed class Peer
    {
        public long Number, Heard;
    }

    /// <summary>Whether what other nodes store is seen late here, because Redis or one of them cannot be heard.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Told before the commit is durable: what is found in the store meanwhile is not another node's.</summary>
    Task ICommitParticipant.WriteAsync(Session session, IReadOnlyList<ShopEvent> events)
    {
        if (_follows) _told.Storing(events.Select(Hash));
        return _follows || session.Dialect.Name == "duckdb" ? Task.CompletedTask : session.ExecuteAsync(Beside);
    }

    void ICommittedEvents.OnCommitted(CommittedBatch batch)
    {
        if (!_follows) return;
        _told.Stored(batch.Events.Select(Hash));
        for (var from = 0; from == 0 || from < batch.Events.Count; from += EventsAtOnce)
        {
            var part = new CommittedBatch([.. batch.Events.Skip(from).Take(EventsAtOnce)], from == 0 ? batch.Links : []);
            Say(number => new NodeMessage.Events(_node.Id, number, part));
        }
    }

    void ICommittedEvents.OnRewritten()
    {
        if (_follows) Say(number => new NodeMessage.Rewritten(_node.Id, number));
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // One process on an embedded store has nobody to tell.
        if (_database.Dialect.Name == "duckdb")
        {
            if (_options.Redis.Length > 0) _logger.LogWarning("Nodes:Redis is for several nodes on PostgreSQL; with an embedded store it is not used.");
            return;
        }
        (_writer, _wholeTo) = (_services.GetRequiredService<EventWriter>(), _node.StoreTime);
        _listeners = [.. _services.GetServices<ICommittedEvents>().Where(l => l != this)];
        _follows = true;
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var running = new List<Task>();
        if (_options.Redis.Length > 0)
        {
            if (await OpenAsync(stoppingToken) is not { } bus) return;
            _bus = bus;
            foreach (var shared in _services.GetServices<SharedSignal>()) shared.Signal.Share(() => Tell(SignalTopic + shared.Name, ""));
            foreach (var shared in _services.GetServices<SharedSignal>().ToLookup(s => s.Name)) _news.Listen(SignalTopic + shared.Key, _ => { foreach (var one in shared) Hear(one); });
            _news.CarryBy(Tell);
            running.Add(_bus.ListenAsync(Hear, stoppingToken));
            running.Add(SpeakAsync(stoppingToken));
        }
        using var timer = new PeriodicTimer(Tick, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception problem) when (!stoppingToken.IsCancellationRequested)
            {
                _logger.LogWarning(problem, "What other nodes stored could not be looked up; it is tried again.");
            }
        }
        await Task.WhenAll(running);
        if (_bus is not null) await _bus.DisposeAsync();
    }

    private const string SignalTopic = "signal:";

    private const string Beside = "update history set beside = beside + 1 where id = 1";

    private static void Hear(SharedSignal shared)
    {
        shared.Heard?.Invoke();
        shared.Signal.Hear();
    }

    /// <returns>Null when the product stops before it could be opened.</returns>
    private async Task<RedisBus?> OpenAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                return await RedisBus.OpenAsync(_options.Redis, await ChannelAsync(stopping), _logger);
            }
            catch (Exception problem) when (!stopping.IsCancellationRequested)
            {
                _logger.LogError(problem, "The other nodes cannot be heard yet; the next attempt follows.");
                await Task.Delay(LookUpEvery, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        return null;
    }

    /// <summary>Databases of one server have an oid each; two servers on one Redis have their own number.</summary>
    private async Task<string> ChannelAsync(CancellationToken cancel) =>
        "behavior:" + await _database.ScalarAsync<string>("select (select system_identifier from pg_control_system())::text || ':' || oid from pg_database where datname = current_database()", null, cancel);

    private static ulong Hash(ShopEvent e) => DuckDbEventAppender.Hash(e.MessageId);

    private void Say(Func<long, NodeMessage> message)
    {
        // Full: the others notice by the number that something is missing.
        if (_bus is not null && !_outgoing.Writer.TryWrite(message)) Interlocked.Increment(ref _dropped);
    }

    private void Tell(string topic, string text)
    {
        lock (_gate) _newsWaiting.Add((topic, text));
    }

    private async Task SpeakAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), _time);
        var beat = long.MinValue;
        try
        {
            while (true)
            {
                while (_outgoing.Reader.TryRead(out var message)) await SayNowAsync(message);
                (string, string)[] news;
                lock (_gate)
                {
                    news = [.. _newsWaiting];
                    _newsWaiting.Clear();
                }
                if (news.Length > 0) await SayNowAsync(number => new NodeMessage.News(_node.Id, number, news));
                else if (beat == long.MinValue || _time.GetElapsedTime(beat) > Tick)
                {
                    beat = _time.GetTimestamp();
                    await SayNowAsync(number => new NodeMessage.Beat(_node.Id, number));
                }
                if (!await timer.WaitForNextTickAsync(cancel)) return;
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The product stops.
        }
    }

    private async Task SayNowAsync(Func<long, NodeMessage> message)
    {
        _number += 1 + Interlocked.Exchange(ref _dropped, 0);
        // What could not be said has a number too: the next message shows that it is missing.
        await _bus!.SayAsync(message(_number).Write());
    }

    private void Hear(byte[] bytes)
    {
        try
        {
            var message = NodeMessage.Read(bytes);
            if (message.Node == _node.Id)
            {
                Interlocked.Exchange(ref _ownHeard, _time.GetTimestamp());
                return;
            }
            lock (_gate)
            {
                if (!_peers.TryGetValue(message.Node, out var peer)) _peers[message.Node] = peer = new Peer();
                if (message.Number != peer.Number + 1) _wanted = true;
                (peer.Number, peer.Heard) = (message.Number, _time.GetTimestamp());
            }
            switch (message)
            {
                case NodeMessage.Events heard:
                    Pass(heard.Batch with { Events = [.. heard.Batch.Events.Where(e => _told.Heard(Hash(e)))] });
                    break;
                case NodeMessage.Rewritten:
                    _writer!.LookAtHistory();
                    break;
                case NodeMessage.News news:
                    foreach (var (topic, text) in news.All) _news.Hear(topic, text);
                    break;
            }
        }
        catch (Exception problem)
        {
            _logger.LogError(problem, "A message of another node could not be followed.");
            lock (_gate) _wanted = true;
        }
    }

    private void Pass(CommittedBatch batch)
    {
        if (batch.Events.Count + batch.Links.Count == 0) return;
        _writer!.Hear(batch);
        foreach (var listener in _listeners)
        {
            try
            {
                listener.OnCommitted(batch);
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "{Listener} failed on what another node stored.", listener.GetType().Name);
            }
        }
    }

    /// <summary>Whether everything is heard; where not, what came is looked up.</summary>
    private async Task LookAsync(CancellationToken cancel)
    {
        if (_node.History > _writer!.History) _writer.LookAtHistory();
        // After trouble it is not known of some commits whether they were stored.
        var troubled = !_node.StoreAnswers;
        if (_troubled && !troubled) lock (_gate) _wanted = true;
        _troubled = troubled;
        if (_node.Beside is var beside && beside != _beside)
        {
            if (_beside >= 0) lock (_gate) _wanted = true;
            _beside = beside;
        }
        var others = _node.Nodes.Select(n => n.Id).Where(id => id != _node.Id).ToHashSet();
        if (_there.Except(others).Any()) Gone();
        _there = others;
        bool heard, wanted;
        lock (_gate)
        {
            foreach (var gone in _peers.Keys.Except(others).Where(id => _time.GetElapsedTime(_peers[id].Heard) > Trouble).ToList()) _peers.Remove(gone);
            heard = others.Count == 0 || (Recently(_ownHeard) && others.All(id => _peers.TryGetValue(id, out var peer) && Recently(peer.Heard)));
            wanted = _wanted;
        }
        var late = _bus is not null && !heard;
        // What was missed while it was cut.
        if (IsLate && !late) lock (_gate) wanted = _wanted = true;
        IsLate = late;
        if (heard && !wanted)
        {
            WholeTo(_node.StoreTime);
            return;
        }
        if (troubled || (_lookedUp != long.MinValue && _time.GetElapsedTime(_lookedUp) < LookUpEvery)) return;
        _lookedUp = _time.GetTimestamp();
        lock (_gate) _wanted = false;
        try
        {
            await LookUpAsync(cancel);
        }
        catch
        {
            lock (_gate) _wanted = true;
            throw;
        }
    }

    private async Task LookUpAsync(CancellationToken cancel)
    {
        var began = _node.StoreTime;
        if (_told.Overflown)
        {
            _told.Clear();
            foreach (var listener in _listeners) listener.OnRewritten();
        }
        var since = _wholeTo - (_node.HadTrouble(Trouble) ? OnTheWayInTrouble : OnTheWay) - _node.Skew;
        var links = await _since.LinksAsync(since, cancel);
        var (part, undecided) = (new List<ShopEvent>(), false);
        await _since.EventsAsync(since, e =>
        {
            var news = _told.Found(Hash(e));
            undecided |= news is null;
            if (news != true) return;
            part.Add(e);
            if (part.Count < EventsAtOnce) return;
            Pass(new CommittedBatch(part, links));
            (part, links) = ([], []);
        }, cancel);
        Pass(new CommittedBatch(part, links));
        if (undecided) lock (_gate) _wanted = true;
        else WholeTo(began);
    }

    /// <summary>All that was stored until then was told: what is older than a later look would read can be forgotten.</summary>
    private void WholeTo(DateTimeOffset at)
    {
        _wholeTo = at - Silent;
        _told.Forget(OnTheWayInTrouble + 2 * Silent + _node.Skew);
    }

    /// <summary>A node left or was killed: what it had still to count of sessions nobody counts.</summary>
    private void Gone() => _writer!.DoubtSince(_node.StoreTime - Trouble);

    private bool Recently(long stamp) => stamp != long.MinValue && _time.GetElapsedTime(stamp) < Silent;
}
