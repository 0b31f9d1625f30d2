using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Figures and baselines of one look at the shop, each asked for once. Baselines are kept for their minute.</summary>
internal sealed class Readings(KpiCatalog catalog)
{
    /// <summary>Figures that are asked of the store are looked at this often, and sooner when their slice says they moved.</summary>
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ObjectsLast = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ObjectsRest = TimeSpan.FromSeconds(5);

    private readonly Dictionary<KpiName, (DateTimeOffset At, double? Value)> _known = [];
    private readonly Dictionary<(string Source, string Key), (DateTimeOffset At, KpiOfEach? Each)> _each = [];
    private readonly Dictionary<KpiName, (DateTimeOffset At, IReadOnlyList<string> Ids)> _objects = [];
    private readonly Dictionary<(KpiName Kpi, Test Test), (DateTimeOffset Minute, Baseline Baseline)> _usual = [];
    private readonly HashSet<string> _moved = [];
    private readonly Lock _gate = new();

    /// <summary>A source's figures may have moved.</summary>
    public void Moved(string source)
    {
        lock (_gate) _moved.Add(source);
    }

    /// <summary>A new look: forgets what is old.</summary>
    public void Begin(DateTimeOffset at)
    {
        lock (_gate)
        {
            foreach (var (kpi, read) in _known.ToList())
                if (kpi.Source == "shop" || IsOld(kpi.Source, read.At, at)) _known.Remove(kpi);
            foreach (var (name, read) in _each.ToList())
                if (IsOld(name.Source, read.At, at)) _each.Remove(name);
            foreach (var (kpi, listed) in _objects.ToList())
                if (at - listed.At >= (_moved.Contains(kpi.Source) ? ObjectsRest : ObjectsLast) || at < listed.At) _objects.Remove(kpi);
            _moved.Clear();
        }
    }

    /// <summary>The objects a trigger speaks of.</summary>
    public async Task<IReadOnlyList<string>> ObjectsAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel)
    {
        lock (_gate)
            if (_objects.TryGetValue(kpi, out var known)) return known.Ids;
        var ids = await catalog.ObjectsAsync(kpi, cancel);
        lock (_gate) _objects[kpi] = (at, ids);
        return ids;
    }

    public async Task<double?> ValueAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel)
    {
        lock (_gate)
            if (_known.TryGetValue(kpi, out var known)) return known.Value;
        // Of many objects first all at once, where the source can.
        if (kpi.ObjectId is { Length: > 0 } one && await EachAsync(kpi, at, cancel) is { } each) return each.Of(one)?.Value;
        var value = catalog.Source(kpi.Source) is { } source ? (await source.ReadAsync(kpi, at, cancel))?.Value : null;
        lock (_gate) _known[kpi] = (at, value);
        return value;
    }

    private async Task<KpiOfEach?> EachAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel)
    {
        lock (_gate)
            if (_each.TryGetValue((kpi.Source, kpi.Key), out var known)) return known.Each;
        var each = catalog.Source(kpi.Source) is { } source ? await source.ReadEachAsync(kpi.Key, at, cancel) : null;
        lock (_gate) _each[(kpi.Source, kpi.Key)] = (at, each);
        return each;
    }

    private bool IsOld(string source, DateTimeOffset read, DateTimeOffset now) => _moved.Contains(source) || now - read >= AtLeastEvery || now < read;

    public async Task<Baseline> BaselineAsync(Trigger trigger, KpiName kpi, DateTimeOffset at, CancellationToken cancel)
    {
        var instants = TriggerTest.Instants(trigger.Test, at);
        if (instants.Count == 0) return Baseline.None;
        lock (_gate)
            if (_usual.TryGetValue((kpi, trigger.Test), out var known) && known.Minute == instants[0]) return known.Baseline;
        var past = new List<double?>();
        foreach (var instant in instants) past.Add(catalog.Source(kpi.Source) is { } source ? (await source.ReadAsync(kpi, instant, cancel))?.Value : null);
        var baseline = TriggerTest.Of(trigger.Test, past);
        lock (_gate) _usual[(kpi, trigger.Test)] = (instants[0], baseline);
        return baseline;
    }
}
