using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>The whole shop's KPIs over the live windows, for feedback rules: now from the windows, any other instant from the store.</summary>
internal sealed class ShopKpis(LiveFeed feed, KpiService kpis, KpiReplay replay) : IKpiSource
{
    public string Source => "shop";

    public Signal? Changed => feed.Changed;

    public IReadOnlyList<WatchedKpi> Kpis => WatchedKpis.All;

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<WatchedObject>>([]);

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default)
    {
        if (!WatchedKpis.Knows(kpi.Key)) return null;
        var window = WatchedKpis.WindowOf(kpi.Key);
        var values = feed.Read(window, at) ?? await kpis.ValuesAsync(LiveWindows.RangeAt(window, at), cancel);
        return WatchedKpis.Read(kpi.Key, values) is { } value ? new KpiReading(value, at) : null;
    }

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        var readings = new List<KpiReading>();
        if (!WatchedKpis.Knows(kpi.Key)) return readings;
        var next = range.From + step;
        var window = WatchedKpis.WindowOf(kpi.Key);
        await replay.RunAsync(new TimeRange(range.From, range.To.AddSeconds(1)), [window], (at, values) =>
        {
            if (at < next) return next;
            if (WatchedKpis.Read(kpi.Key, values(window)) is { } value) readings.Add(new KpiReading(value, at));
            while (next <= at) next += step;
            return next;
        }, cancel);
        return readings;
    }
}
