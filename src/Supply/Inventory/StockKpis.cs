using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory.Pages;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Inventory;

/// <summary>Figures of stock that rules may watch, as <see cref="StockKeeper"/> kept them.</summary>
internal sealed class StockKpis(InventoryStore store, StockService stock, ForecastService forecasts, IStringLocalizer<InventoryText> text) : IKpiSource
{
    private const string Days = "days_of_supply";
    private const string Chance = "stockout_probability";
    private const string Lost = "lost_sales";
    private const string ShopLost = "shop_lost_sales";
    private const string Error = "forecast_error";
    private static readonly TimeSpan Stale = TimeSpan.FromDays(3);

    public string Source => "stock";

    public Signal? Changed => stock.Kept;

    public IReadOnlyList<WatchedKpi> Kpis =>
    [
        new(Days, () => text["Kpi.days_of_supply"], "days", true), new(Chance, () => text["Kpi.stockout_probability"], "share", true), new(Lost, () => text["Kpi.lost_sales"], "money", true),
        new(ShopLost, () => text["Kpi.shop_lost_sales"], "money", false), new(Error, () => text["Kpi.forecast_error"], "share", false),
    ];

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text1, int limit, CancellationToken cancel = default) => ProductsAsync(stock, text1, limit, cancel);

    internal static async Task<IReadOnlyList<WatchedObject>> ProductsAsync(StockService stock, string text, int limit, CancellationToken cancel) =>
        [.. (await stock.TermsAsync(cancel)).Where(t => text.Trim() is { Length: 0 } || t.Id.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase) || t.Title.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase))
            .Take(limit).Select(t => new WatchedObject(t.Id, t.Title, "products/" + Uri.EscapeDataString(t.Id)))];

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default) =>
        (await HistoryAsync(kpi, new TimeRange(at - Stale, at), Stale, cancel)) is { Count: > 0 } read ? read[^1] : null;

    public async Task<KpiOfEach?> ReadEachAsync(string key, DateTimeOffset at, CancellationToken cancel = default) => key is ShopLost or Error ? null
        : new KpiOfEach((await store.LatestAsync(at - Stale, at, cancel)).Select(r => (r.ProductId, r.AsOf, Value: Figure(key, r))).Where(r => r.Value is not null).ToDictionary(r => r.ProductId, r => new KpiReading(r.Value!.Value, r.AsOf)));

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        if (Kpis.All(k => k.Key != kpi.Key) || step <= TimeSpan.Zero) return [];
        var known = kpi.Key == Error ? await ErrorsAsync(cancel) : await SnapshotsAsync(kpi, range, cancel);
        var result = new List<KpiReading>();
        for (var at = range.From + step; at <= range.To; at += step)
            if (known.LastOrDefault(k => k.AsOf <= at && k.AsOf > at - Stale) is { } last) result.Add(last);
        return result;
    }

    public async Task<IReadOnlyList<KpiReading>?> ChangesAsync(KpiName kpi, TimeRange range, CancellationToken cancel = default) =>
        Kpis.All(k => k.Key != kpi.Key) ? null : kpi.Key == Error ? await ErrorsAsync(cancel) : await SnapshotsAsync(kpi, range, cancel);

    /// <summary>WAPE of the first week after a run, known when that week is over.</summary>
    private async Task<List<KpiReading>> ErrorsAsync(CancellationToken cancel) =>
        [.. (await forecasts.AccuracyAsync(cancel)).Where(a => a is { Week: 1, Wape: not null }).OrderBy(a => a.EndsAt).Select(a => new KpiReading(a.Wape!.Value, a.EndsAt))];

    private async Task<List<KpiReading>> SnapshotsAsync(KpiName kpi, TimeRange range, CancellationToken cancel)
    {
        if (kpi.Key != ShopLost && kpi.ObjectId is null) return [];
        var rows = await store.SnapshotsAsync(kpi.Key == ShopLost ? "" : kpi.ObjectId!, range.From - Stale, range.To, cancel);
        return [.. rows.Select(r => (r.AsOf, Value: Figure(kpi.Key, r))).Where(r => r.Value is not null).Select(r => new KpiReading(r.Value!.Value, r.AsOf))];
    }

    private static double? Figure(string key, StockSnapshot row) => key switch { Days => row.DaysOfSupply, Chance => row.Chance, _ => row.LostMoney };
}
