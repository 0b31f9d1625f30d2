using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;

namespace BehaviorDashboard.Inventory;

/// <summary>Tries other discounts, audiences, lead times and service levels in a copy of now.</summary>
public sealed class SandboxService
{
    private const int MostProducts = 400;
    private const int Seed = 20;
    private readonly StockService _stock;
    private readonly ForecastService _forecasts;
    private readonly ProposalService _proposals;
    private readonly IAuditLog _audit;

    internal SandboxService(StockService stock, ForecastService forecasts, ProposalService proposals, IAuditLog audit) => (_stock, _forecasts, _proposals, _audit) = (stock, forecasts, proposals, audit);

    /// <summary>Every scenario over the same eight weeks; the products that bring most, where there are very many.</summary>
    /// <returns>Empty before there are forecasts and stock.</returns>
    public async Task<IReadOnlyList<ScenarioResult>> PlayAsync(IReadOnlyList<Scenario> scenarios, CancellationToken cancel = default)
    {
        var products = await ProductsAsync(cancel);
        if (products.Count == 0) return [];
        var elasticity = (await _forecasts.CardAsync(cancel))?.Elasticity ?? 0;
        return await Task.Run(() => scenarios.Select(s => SandboxRun.Play(products, s.Sane(), elasticity, Seed, cancel)).ToList(), cancel);
    }

    /// <summary>Makes drafts of what the scenario would order now: nothing is ordered, nothing else is changed.</summary>
    /// <returns>How many products were drafted.</returns>
    public async Task<int> PromoteAsync(Scenario scenario, CancellationToken cancel = default)
    {
        var (sane, made) = (scenario.Sane(), 0);
        var elasticity = (await _forecasts.CardAsync(cancel))?.Elasticity ?? 0;
        var lift = Math.Pow(1 - sane.Discount, -elasticity) * (1 + sane.Extra);
        var cause = "sandbox " + Guid.NewGuid().ToString("n")[..8];
        var wanted = new Dictionary<string, long>();
        foreach (var product in await ProductsAsync(cancel))
        {
            var terms = product.Terms with { LeadDays = product.Terms.LeadDays * sane.LeadFactor, LeadSpread = product.Terms.LeadSpread * sane.LeadFactor, Target = sane.Target ?? product.Terms.Target };
            var weekly = product.Weekly.Select(w => w * lift).ToArray();
            var plan = StockPlanner.Plan(new StockPosition(product.OnHand, product.Arrivals), new DemandAhead(day => SandboxRun.Until(weekly, day), product.Noise, product.Spread), terms);
            if (plan.Quantity <= 0) continue;
            wanted[product.Id] = plan.Quantity;
            made++;
        }
        await _proposals.DraftAsync(wanted, cause, cancel);
        await _audit.RecordAsync(new AuditEntry("sandbox.promoted", cause, FormattableString.Invariant($$"""{"products":{{made}}}""")), cancel);
        return made;
    }

    private async Task<List<SandboxProduct>> ProductsAsync(CancellationToken cancel) => [.. (await _stock.RecentAsync(cancel)).Where(s => s is { Plan: not null, OnHand: not null, Forecast: not null })
        .OrderByDescending(s => s.Forecast!.Weeks.Sum(w => w.Mean) * (double)(s.Terms.Price ?? 0)).Take(MostProducts)
        .Select(s => new SandboxProduct(s.Id, s.OnHand!.Value, StockService.Position(s.OnHand.Value, s.Inbound, s.AsOf).Arrivals, [.. s.Forecast!.Weeks.Select(w => w.Mean)], s.Forecast.Noise, s.Forecast.Spread,
            (double)(s.Terms.Price ?? 0), (double)(s.Terms.Cost ?? 0), _stock.Terms(s.Terms, s.Target)))];
}
