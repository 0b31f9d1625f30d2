using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Recommendations.Pages;
using BehaviorDashboard.Reports;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>What rules may watch of recommendations: of the last 7 days, over the shop or by placement.</summary>
internal sealed class RecommendationKpis(PerformanceStore store, ShelfKeeper shelves, KeptReports kept, ShopClock clock, IOptions<RecommendationsOptions> options, IStringLocalizer<RecommendationsText> text) : IKpiSource
{
    public const string ClickRate = "click_rate", Revenue = "revenue", Coverage = "coverage", PlacementClickRate = "placement_click_rate";
    private const int Days = 7, PlacementDays = 90;

    private readonly KeptReport<int, IReadOnlyList<string>> _placements = new(kept, (days, cancel) => store.PlacementsAsync(TimeRange.Last(TimeSpan.FromDays(days), clock.Now), cancel));

    public string Source => "recommendations";

    public Signal? Changed => null;

    public IReadOnlyList<WatchedKpi> Kpis { get; } =
    [
        new(ClickRate, () => text["Kpi." + ClickRate], "share", false),
        new(Revenue, () => text["Kpi." + Revenue], "money", false),
        new(Coverage, () => text["Kpi." + Coverage], "share", false),
        new(PlacementClickRate, () => text["Kpi." + PlacementClickRate], "share", true),
    ];

    /// <summary>Placements at which lists were seen in the last days. Only the first who asks waits for them; later they are those of some minutes ago.</summary>
    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string sought, int limit, CancellationToken cancel = default) =>
    [
        .. (_placements.Look(PlacementDays).Report ?? await _placements.ReadAsync(PlacementDays, cancel)).Where(p => p.Contains(sought, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
            .Take(limit).Select(p => new WatchedObject(p, p, "recommendations")),
    ];

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default)
    {
        var range = new TimeRange(at.AddDays(-Days), at);
        if (kpi.Key == Coverage)
        {
            // The catalogue of another day is not known: the past is judged only while products are.
            var products = (await store.ProductsAsync(range, cancel)).Select(p => p.ProductId).Distinct().Count();
            return products == 0 || shelves.Current.Count == 0 || at < clock.Now.AddDays(-1) ? null : new KpiReading(Math.Min(1, (double)products / shelves.Current.Count), at);
        }
        // Orders that follow within the attribution window but after the instant were not known then.
        var rows = await store.RowsAsync(range, cancel);
        if (kpi.Key == PlacementClickRate) rows = [.. rows.Where(r => r.Placement == kpi.ObjectId)];
        if (kpi.Key == Revenue) return await RevenueAsync(range, at, cancel);
        var figures = new PerformanceFigures(rows.Sum(r => r.Lists), rows.Sum(r => r.ClickedLists), 0, 0, 0, 0, null, null);
        return kpi.Key is ClickRate or PlacementClickRate && figures.ClickRate is { } rate ? new KpiReading(rate.Value, at, rate.Low, rate.High) : null;
    }

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        var readings = new List<KpiReading>();
        for (var at = range.From + step; at <= range.To; at += step)
            if (await ReadAsync(kpi, at, cancel) is { } reading) readings.Add(reading);
        return readings;
    }

    private async Task<KpiReading?> RevenueAsync(TimeRange range, DateTimeOffset at, CancellationToken cancel) =>
        new((double)await store.RevenueUntilAsync(new TimeRange(range.From.AddDays(-options.Value.AttributionDays), at), range.From, cancel), at);
}
