using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Inventory;

namespace BehaviorDashboard.Campaigns;

/// <summary>How to be rid of what lies too long: to whom, at which discount.</summary>
/// <param name="Units">Too many of them; the campaign's budget.</param>
/// <param name="Discount">The smallest share off at which the people who may be written to suffice, else the largest that is still above cost.</param>
/// <param name="People">So many, those with the largest predicted effect first; null: everybody who may be written to.</param>
/// <param name="Suffices">Whether they are expected to buy all of it.</param>
public sealed record ExcessOffer(string ProductId, string Title, int Units, double Discount, int? People, bool Suffices, DateTimeOffset? LastSensible);

/// <summary>
/// Works an offer out of the excess: extra units a person written to buys = measured or assumed lift × units in an order × what
/// the discount does to demand, by the elasticity learnt from the shop's own prices.
/// </summary>
internal sealed class ExcessOffers(StockService stock, ForecastService forecasts, AudienceService audience, PromiseService promise)
{
    private const double Step = 0.05;
    private const double Most = 0.3;

    /// <returns>Null where there is no excess of the product.</returns>
    public async Task<ExcessOffer?> OfAsync(string product, CampaignSpec spec, CancellationToken cancel = default)
    {
        if (await stock.FindAsync(product, cancel) is not { ExcessUnits: >= 1 } status) return null;
        var estimate = await audience.EstimateAsync(0, spec with { Products = [product], Audience = spec.Audience with { Limit = null } }, cancel);
        var expect = await promise.ExpectAsync([product], estimate.Baseline, cancel);
        var elasticity = (await forecasts.CardAsync(cancel))?.Elasticity ?? 0;
        double Units(double discount) => expect.Lift * expect.UnitsPerOrder * Math.Pow(1 - discount, -elasticity);
        // Never below what it costs.
        var most = status.Terms is { Price: > 0 and var price, Cost: { } cost } ? Math.Clamp(1 - (double)(cost / price), 0, Most) : Most;
        var steps = Enumerable.Range(0, (int)Math.Floor(most / Step + 1e-9) + 1).Select(i => i * Step).ToList();
        var enough = steps.Where(d => estimate.Treated * Units(d) >= status.ExcessUnits).Select(d => (double?)d).FirstOrDefault();
        var discount = enough ?? steps[^1];
        var people = enough is null ? (int?)null : (int)Math.Ceiling(status.ExcessUnits / Units(discount) / Math.Max(1e-9, 1 - estimate.Holdout));
        return new ExcessOffer(product, status.Terms.Title, (int)Math.Min(int.MaxValue, status.ExcessUnits), discount, people < estimate.Eligible ? people : null, enough is not null, status.LastSensible);
    }
}
