using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Demo;

/// <summary>Puts the demo shop's products into the catalogue, as an import of them would.</summary>
internal sealed class DemoCatalog(IProductCatalog catalog) : IDemoSeeder
{
    private const string Source = "demo";

    public async Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel) =>
        await catalog.UpsertAsync(
            [.. products.Select(p => new ProductFact(p.ProductId, p.Title, p.Category, p.Brand, p.Price, p.Cost, p.Currency, p.OnHand, p.Supplier, p.Url))],
            Source, dryRun: false, cancel);
}
