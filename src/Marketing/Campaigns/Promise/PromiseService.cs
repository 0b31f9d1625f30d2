using System.Globalization;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>
/// Compares what a campaign would sell with what will be there. Extra units: people written to × share who order because of it ×
/// units in an order, spread evenly over the promoted products.
/// </summary>
internal sealed class PromiseService(Database database, StockService stock, ForecastService forecasts, CampaignStore campaigns, EffectService effects, ShopClock clock)
{
    private const double RiskAccepted = 0.1;
    private const double AssumedLift = 0.25;

    /// <summary>A substitute costs at most twice and at least half as much.</summary>
    private const double SimilarPrice = 2;

    private const string PerOrder = """
        select cast(avg(cast(quantity as double precision)) as double precision) from events
        where type = 'item' and name = 'Order Completed' and product_id = any(@Products) and occurred_at > @Since and quantity > 0
        """;

    /// <param name="campaign">The campaign it is for: what the forecast already holds of it is not counted twice. 0: none yet.</param>
    public async Task<PromiseResult> CheckAsync(int campaign, CampaignSpec spec, long treated, Interval baseline, CancellationToken cancel = default)
    {
        if (spec.Products.Count == 0) return PromiseResult.Nothing;
        var expect = await ExpectAsync(spec.Products, baseline, cancel);
        var perProduct = treated * expect.UnitsPerOrder / spec.Products.Count;
        var (from, to) = Stretch(spec);
        var extra = spec.Products.ToDictionary(p => p, _ => perProduct * expect.Lift);
        var outlooks = await stock.OutlookAsync([.. spec.Products], from, to, extra, Reference(campaign), cancel);
        var shelf = outlooks.Any(o => Judge(o) is PromiseResult.Limit or PromiseResult.Block) ? await stock.RecentAsync(cancel) : [];
        var products = outlooks.Select(o =>
        {
            var (verdict, wanted) = (Judge(o), perProduct * expect.Lift);
            var self = shelf.FirstOrDefault(s => s.Id == o.ProductId);
            var other = verdict is PromiseResult.Limit or PromiseResult.Block ? Nearest(self, shelf, spec.Products, wanted) : null;
            return new ProductPromise(o, wanted, perProduct * expect.High, verdict, other?.Id, other?.Terms.Title, self?.Inbound.Where(i => i.ExpectedAt > clock.Now).Select(i => (DateTimeOffset?)i.ExpectedAt).Min());
        }).ToList();
        var scarce = products.Where(p => p is { IsScarce: true, Expected: > 0 }).Select(p => p.Outlook.FreeUnits / p.Expected).DefaultIfEmpty(1).Min();
        return new PromiseResult(expect.Basis, expect.Lift, expect.UnitsPerOrder, products, scarce < 1 ? (long)Math.Floor(treated * Math.Max(0, scarce)) : null);
    }

    /// <summary>Nearest substitute in stock for a product that has run out.</summary>
    public async Task<StockStatus?> SubstituteAsync(string product, IReadOnlyList<string> taken, CancellationToken cancel = default)
    {
        var shelf = await stock.AllAsync(cancel);
        return Nearest(shelf.FirstOrDefault(s => s.Id == product), shelf, taken, 1);
    }

    /// <summary>Extra units that can be promised of these products together; null where it is not known.</summary>
    public async Task<int?> FreeAsync(int campaign, CampaignSpec spec, CancellationToken cancel = default)
    {
        var (from, to) = Stretch(spec);
        var outlooks = await stock.OutlookAsync([.. spec.Products], from, to, null, Reference(campaign), cancel);
        return outlooks.Count > 0 && outlooks.All(o => double.IsFinite(o.FreeUnits)) ? (int)Math.Min(int.MaxValue, outlooks.Sum(o => Math.Max(0, o.FreeUnits))) : null;
    }

    /// <summary>Tells the forecast what the campaign is expected to add. It stays when the campaign has run its course, because orders still follow; see <see cref="WithdrawAsync"/>.</summary>
    public async Task AnnounceAsync(Campaign campaign, CampaignSpec spec, PromiseResult promise, CancellationToken cancel = default)
    {
        await WithdrawAsync(campaign.Id, cancel);
        var (from, to) = Stretch(spec);
        if (promise.Products.Count > 0)
            await forecasts.AddLayerAsync([.. promise.Products.Select(p => new ForecastLayer(p.Outlook.ProductId, ForecastLayer.Campaign, Reference(campaign.Id), campaign.Name, from, to, p.Expected, 0, Math.Max(p.Expected, p.High)))], cancel);
    }

    /// <summary>Takes what a cancelled campaign would have added out of the forecast.</summary>
    public Task WithdrawAsync(int campaign, CancellationToken cancel = default) => forecasts.RemoveLayerAsync(Reference(campaign), null, cancel);

    public async Task<Expectation> ExpectAsync(IReadOnlyList<string> products, Interval baseline, CancellationToken cancel)
    {
        var units = Math.Max(1, await database.ScalarAsync<double?>(PerOrder, new { Products = SqlList.Of(products), Since = clock.Now.AddDays(-90) }, cancel) ?? 1);
        var (basis, lift, _, high) = await LiftAsync(baseline, cancel);
        return new Expectation(basis, Math.Max(0, lift), Math.Max(0, high), units);
    }

    /// <summary>
    /// The lift of all campaigns whose result is final, each weighted by its precision, against what is assumed where there is none: a quarter more than
    /// usual, give or take half. A few noisy results so do not overrule it.
    /// </summary>
    public async Task<(string Basis, double Lift, double Low, double High)> LiftAsync(Interval baseline, CancellationToken cancel)
    {
        var (sum, weight, most) = (0.0, 0.0, 0.0);
        foreach (var past in (await campaigns.AllAsync(cancel)).Where(c => c.Status == CampaignStatus.Ended))
        {
            if (await effects.AtAsync(past.Id, clock.Now, cancel) is not { Complete: true, Treated: > 0, HeldArm: { People: > 0 } held } effect) continue;
            var (treated, converted) = (effect.Treated, effect.TreatedArms.Sum(a => a.Converted));
            // The rate of both arms, so that an arm of no conversion at all is not taken for certain.
            var rate = (converted + held.Converted + 1.0) / (treated + held.People + 2);
            var precision = 1 / (rate * (1 - rate) * (1.0 / treated + 1.0 / held.People));
            sum += precision * ((double)converted / treated - (double)held.Converted / held.People);
            weight += precision;
            most = Math.Max(most, rate);
        }
        var (assumed, spread) = double.IsNaN(baseline.Value) ? (0.005, 0.02) : (baseline.Value * AssumedLift, baseline.High * 2 * AssumedLift);
        if (weight == 0) return ("assumed", assumed, 0, spread);
        // Where past campaigns moved more than is usual now, the assumption is that much less certain.
        spread = Math.Max(spread, most * 2 * AssumedLift);
        var whole = weight + 1 / (spread * spread);
        var (lift, half) = ((sum + assumed / (spread * spread)) / whole, 1.96 / Math.Sqrt(whole));
        return (weight > 1 / (spread * spread) ? "measured" : "assumed", lift, lift - half, lift + half);
    }

    /// <summary>From the first message on for the days in which an order counts.</summary>
    private (DateTimeOffset From, DateTimeOffset To) Stretch(CampaignSpec spec)
    {
        var from = spec.Schedule.StartsAt is { } at && at > clock.Now ? at : clock.Now;
        return (from, (spec.Schedule.EndsAt is { } end && end > from ? end : from).AddDays(Math.Clamp(spec.WindowDays, 1, 90)));
    }

    private static string Judge(ProductOutlook o) =>
        o.OnHand is null || double.IsNaN(o.ChanceSoldOut) ? PromiseResult.Unknown : o.ChanceSoldOut < RiskAccepted ? PromiseResult.Green : o.FreeUnits >= 1 ? PromiseResult.Limit : PromiseResult.Block;

    private static StockStatus? Nearest(StockStatus? self, IReadOnlyList<StockStatus> shelf, IReadOnlyList<string> taken, double wanted)
    {
        if (self is null) return null;
        var price = (double)(self.Terms.Price ?? 0);
        return shelf.Where(s => s.Id != self.Id && !taken.Contains(s.Id) && s.Terms.Category == self.Terms.Category && s.OnHand > Math.Max(wanted, 1) && !s.OnHold && Similar((double)(s.Terms.Price ?? 0)))
            .OrderBy(s => Math.Abs((double)(s.Terms.Price ?? 0) - price)).ThenBy(s => s.Id, StringComparer.Ordinal).FirstOrDefault();

        bool Similar(double other) => price <= 0 || (other >= price / SimilarPrice && other <= price * SimilarPrice);
    }

    internal static string Reference(int campaign) => "campaign:" + campaign.ToString(CultureInfo.InvariantCulture);
}
