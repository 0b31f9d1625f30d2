using BehaviorDashboard.Catalog;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Look;
using BehaviorDashboard.Reports;

namespace BehaviorDashboard.LostDemand;

/// <summary>What was wanted and not there, in units and money, and what of it comes back.</summary>
public sealed class LostDemandService
{
    private const int MostNeeds = 200;

    /// <summary>Days of a person and a product after which its own rate weighs as much as the shop's.</summary>
    private const double ShopDays = 60;

    /// <summary>Who found a product sold out longer ago does not wait for it any more.</summary>
    public const int WaitingDays = 60;

    private const int ArrivalDays = 30;

    private readonly LostDemandStore _store;
    private readonly SupplyCatalog _catalog;
    private readonly StockService _stock;
    private readonly ShopClock _clock;

    internal LostDemandService(LostDemandStore store, SupplyCatalog catalog, StockService stock, KeptReports kept, ShopClock clock)
    {
        (_store, _catalog, _stock, _clock) = (store, catalog, stock, clock);
        Lost = new KeptReport<RangeKey, LostDemandReport>(kept, (range, cancel) => ReadAsync(range.At(clock), cancel));
        Returning = new KeptReport<int, IReadOnlyList<ReturningProduct>>(kept, ReturningAsync);
    }

    /// <summary>What was wanted and not there in a range, the dearest losses first.</summary>
    public KeptReport<RangeKey, LostDemandReport> Lost { get; }

    /// <summary>
    /// Products that people found sold out and that arrive soon, with how many people the units are enough for. By the days looked back on:
    /// <see cref="WaitingDays"/>.
    /// </summary>
    public KeptReport<int, IReadOnlyList<ReturningProduct>> Returning { get; }

    internal async Task<LostDemandReport> ReadAsync(TimeRange range, CancellationToken cancel = default) => await ReadAsync(await _store.ProductsAsync(range.From, range.To, cancel), range, cancel);

    private async Task<LostDemandReport> ReadAsync(IReadOnlyList<WantedProduct> wanted, TimeRange range, CancellationToken cancel)
    {
        var terms = (await _catalog.AllAsync(cancel)).ToDictionary(t => t.Id);
        var (open, sold) = (wanted.Sum(w => w.OpenDays), wanted.Sum(w => w.Sold));
        var shopRate = open > 0 ? Math.Min(1, (double)sold / open) : 0;
        var mean = await _store.MeanPriceAsync(range.From, range.To, cancel);
        var products = wanted.Where(w => w.WantedDays > 0).Select(w => Product(w, terms.GetValueOrDefault(w.ProductId), shopRate, mean)).OrderByDescending(p => p.Money).ThenByDescending(p => p.Units).ToList();
        var outcome = await _store.OutcomeAsync(range.From, range.To, cancel);
        double? rate = outcome is { Sessions: > 0 } ? (double)outcome.Ordered / outcome.Sessions : null;
        var needs = (await _store.QueriesAsync(range.From, range.To, MostNeeds, cancel)).Select(q => Need(q, outcome, mean)).ToList();
        return new LostDemandReport(products, needs, rate, _clock.Now);
    }

    private async Task<IReadOnlyList<ReturningProduct>> ReturningAsync(int days, CancellationToken cancel)
    {
        var now = _clock.Now;
        var range = TimeRange.Last(TimeSpan.FromDays(days), now);
        var all = await _store.ProductsAsync(range.From, range.To, cancel);
        var wanted = all.Where(w => w is { People: > 0, Since: not null }).ToDictionary(w => w.ProductId);
        if (wanted.Count == 0) return [];
        var report = (await ReadAsync(all, range, cancel)).Products.ToDictionary(p => p.ProductId);
        var result = new List<ReturningProduct>();
        foreach (var status in await _stock.AllAsync(cancel))
        {
            if (!wanted.TryGetValue(status.Id, out var waiting) || !report.TryGetValue(status.Id, out var lost)) continue;
            var coming = status.Inbound.Where(i => i.ExpectedAt <= now.AddDays(ArrivalDays)).ToList();
            var units = coming.Sum(i => (double)i.Missing);
            if (units <= 0) continue;
            // Everybody told buys at the rate of the product; no more are told than the units serve, and never more than wait.
            var ration = (long)Math.Min(waiting.People, Math.Floor(units / Math.Max(lost.Rate, 0.02)));
            result.Add(new ReturningProduct(status.Id, status.Terms.Title, units, coming.Min(i => i.ExpectedAt), waiting.People, lost.Units, ration, waiting.Since!.Value));
        }
        return [.. result.OrderByDescending(r => r.LostUnits)];
    }

    private static LostProduct Product(WantedProduct wanted, SupplyTerms? terms, double shopRate, double? meanPrice)
    {
        var rate = (wanted.Sold + ShopDays * shopRate) / (wanted.OpenDays + ShopDays);
        var (units, law) = Band(wanted.WantedDays, Math.Min(rate, 3), wanted.Sold + ShopDays * shopRate);
        var price = terms?.Price ?? (decimal)(meanPrice ?? 0);
        return new LostProduct(wanted.ProductId, terms?.Title ?? wanted.ProductId, wanted.People, wanted.Views, wanted.Wishes, rate, units, law.Low, law.High, price * (decimal)units, terms?.Stock > 0);
    }

    private static UnmetNeed Need(WantedQuery query, SearchOutcome? outcome, double? meanPrice)
    {
        var (sessions, ordered) = (outcome?.Sessions ?? 0, outcome?.Ordered ?? 0);
        var (units, band) = Band(query.People, sessions > 0 ? (double)ordered / sessions : 0, ordered);
        return new UnmetNeed(query.Query, query.Searches, query.People, units, band.Low, band.High, (decimal)(units * (meanPrice ?? 0)));
    }

    /// <summary>Chance as many would have bought × rate; the band holds both chance and how little is known of the rate.</summary>
    /// <param name="evidence">Sales the rate was counted from.</param>
    private static (double Units, (double Low, double High) Band) Band(long wanted, double rate, double evidence)
    {
        var units = wanted * rate;
        var law = new CountDistribution(units, units + units * units / Math.Max(evidence, 1));
        return (units, (Math.Min(units, law.Quantile(0.1)), Math.Max(units, law.Quantile(0.9))));
    }
}
