using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Figures and baselines of one look at the shop, each asked for once. Baselines are kept for their minute.</summary>
internal sealed class Readings(KpiCatalog catalog)
{
    /// <summary>Figures that are asked of the store are looked at this often, and sooner when their slice says they moved.</summary>
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(15);

    private readonly Dictionary<KpiName, (DateTimeOffset At, double? Value)> _known = [];
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
                if (kpi.Source == "shop" || _moved.Contains(kpi.Source) || at - read.At >= AtLeastEvery || at < read.At) _known.Remove(kpi);
            _moved.Clear();
        }
    }

    public async Task<double?> ValueAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel)
    {
        lock (_gate)
            if (_known.TryGetValue(kpi, out var known)) return known.Value;
        var value = catalog.Source(kpi.Source) is { } source ? (await source.ReadAsync(kpi, at, cancel))?.Value : null;
        lock (_gate) _known[kpi] = (at, value);
        return value;
    }

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
