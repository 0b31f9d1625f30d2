using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Catalog;

/// <summary>Puts the demo shop's products into the catalogue, and what they take to buy: packs and minimum orders as suppliers have them. Terms that somebody changed stay.</summary>
internal sealed class DemoCatalog(IProductCatalog catalog, SupplyStore store, TimeProvider time) : IDemoSeeder
{
    private const string Source = "demo";
    private const double Spread = 0.2;

    public async Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel)
    {
        await catalog.UpsertAsync(
            [.. products.Select(p => new ProductFact(p.ProductId, p.Title, p.Category, p.Brand, p.Price, p.Cost, p.Currency, p.OnHand, p.Supplier, p.Url))],
            Source, dryRun: false, cancel);
        var known = (await store.FindAsync([.. products.Select(p => p.ProductId)], cancel)).ToDictionary(t => t.Id);
        var fresh = products.Where(p => known.TryGetValue(p.ProductId, out var terms) && terms.LeadDays is null).ToList();
        if (fresh.Count == 0) return;
        await store.UpdateAsync([.. fresh.Select(p => new TermsChange(p.ProductId, LeadDays: p.LeadTimeDays, LeadSpread: Math.Round(p.LeadTimeDays * Spread, 1),
            PackSize: p.Price < 20 ? 6 : p.Price < 60 ? 2 : 1, MinimumOrder: p.Price < 20 ? 12 : p.Price < 60 ? 4 : 1))], "feed", time.GetUtcNow(), cancel);
    }
}
