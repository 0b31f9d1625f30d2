using BehaviorDashboard.Catalog;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>What is known of a product that answers may promise; null where it is not known.</summary>
/// <param name="LeadDays">From ordering it anew to its arrival, with <paramref name="LeadSpread"/> as standard deviation.</param>
/// <param name="ExpectedAt">When units on their way are expected.</param>
internal sealed record ProductTruth(string Id, string Title, string? Category, decimal? Price, decimal? Cost, string? Currency, long? Stock, double? LeadDays = null, double? LeadSpread = null, DateTimeOffset? ExpectedAt = null);

/// <summary>Asks the catalogue what is true of products.</summary>
internal sealed class ProductTruths(ProductService products, ShopClock clock)
{
    private const int Looked = 200;

    private TimeRange Lately => new(clock.Now.AddDays(-30), clock.Now);

    public async Task<ProductTruth?> FindAsync(string id, CancellationToken cancel) => await products.FindAsync(id, Lately, cancel) is { } product ? Of(product) : null;

    /// <summary>Products of its category, most sold first.</summary>
    public async Task<IReadOnlyList<ProductTruth>> AlikeAsync(ProductTruth product, CancellationToken cancel) => product.Category is null ? []
        : [.. (await products.PageAsync(new ProductQuery { Text = product.Category, Limit = Looked }, Lately, cancel)).Products.Select(Of)];

    private static ProductTruth Of(Product product) => new(product.Id, product.Title ?? product.Id, product.Category, product.Price, null, product.Currency, product.Stock);
}
