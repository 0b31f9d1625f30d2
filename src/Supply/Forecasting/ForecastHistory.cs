using BehaviorDashboard.Catalog;
using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Forecasting;

/// <summary>A product's weeks as a forecast learns from them.</summary>
/// <param name="Sold">Units, oldest first, from its first week on.</param>
/// <param name="Open">Share of each week in which it could be bought.</param>
/// <param name="Demand">What would have been sold with full shelves.</param>
/// <param name="Prices">Units and mean price of weeks in which it was sold.</param>
/// <param name="Signals">Of the same weeks.</param>
internal sealed record ProductHistory(string Id, double[] Sold, double[] Open, double[] Demand, IReadOnlyList<(double Units, double Price)> Prices, DemandSignals Signals)
{
    private const int PaidWeeks = 13;

    public double? Paid => Prices.Count == 0 ? null : Prices.TakeLast(PaidWeeks).Sum(p => p.Units * p.Price) / Prices.TakeLast(PaidWeeks).Sum(p => p.Units);
}

/// <summary>Reads what was sold, and tells weeks without demand from weeks without stock.</summary>
internal sealed class ForecastHistory(DemandStore store, SupplyCatalog catalog)
{
    public const int MostWeeks = 156;

    /// <summary>Views that found a product sold out say little while they are few.</summary>
    private const int FewViews = 3;

    /// <param name="end">Midnight after the last day that counts.</param>
    /// <param name="products">Null: all.</param>
    public async Task<IReadOnlyList<ProductHistory>> ReadAsync(DateTimeOffset end, IReadOnlyCollection<string>? products, CancellationToken cancel)
    {
        var weeks = await store.WeeksAsync(end, MostWeeks, products, cancel);
        var gaps = (await catalog.SoldOutAsync(end.AddDays(-7 * MostWeeks), cancel)).ToLookup(g => g.ProductId);
        return [.. weeks.GroupBy(w => w.ProductId).Select(g => Read(g.Key, [.. g], [.. gaps[g.Key]], end)).OrderBy(h => h.Id, StringComparer.Ordinal)];
    }

    private static ProductHistory Read(string id, List<SoldWeek> weeks, List<SoldOut> gaps, DateTimeOffset end)
    {
        var length = weeks.Max(w => w.WeeksBack) + 1;
        var (sold, open) = (new double[length], new double[length]);
        Array.Fill(open, 1);
        var signals = new DemandSignals(new double[length], new double[length], new double[length], [.. Enumerable.Repeat(double.NaN, length)]);
        var prices = new List<(double, double)>();
        foreach (var week in weeks.OrderByDescending(w => w.WeeksBack))
        {
            var t = length - 1 - week.WeeksBack;
            sold[t] = Math.Max(0, week.Sold);
            if (week.Views >= FewViews) open[t] = 1 - (double)week.Unavailable / week.Views;
            (signals.Views[t], signals.Carts[t], signals.Searched[t]) = (week.Views, week.Carts, week.Searched);
            if (week is not { Sold: > 0, Paid: { } paid }) continue;
            signals.Price[t] = paid;
            prices.Add((week.Sold, paid));
        }
        foreach (var gap in gaps)
            for (var t = 0; t < length; t++)
            {
                var start = end.AddDays(-7 * (length - t));
                open[t] = Math.Min(open[t], 1 - ProductForecast.Share(start, start.AddDays(7), gap.FromAt, gap.ToAt ?? end));
            }
        return new ProductHistory(id, sold, open, OpenDemand.Fill(sold, open), prices, signals);
    }
}
