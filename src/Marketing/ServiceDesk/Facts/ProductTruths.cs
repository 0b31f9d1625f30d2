using BehaviorDashboard.Catalog;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>What is known of a product that answers may promise; null where it is not known.</summary>
/// <param name="Stock">On the shelf now: as last counted, less what was sold since.</param>
/// <param name="LeadDays">From ordering it anew to its arrival, with <paramref name="LeadSpread"/> as standard deviation; null also while orders of it are held.</param>
/// <param name="ExpectedAt">When the next units on their way are expected, give or take <paramref name="LeadSpread"/>.</param>
internal sealed record ProductTruth(string Id, string Title, string? Category, decimal? Price, decimal? Cost, string? Currency, long? Stock, double? LeadDays = null, double? LeadSpread = null, DateTimeOffset? ExpectedAt = null)
{
    /// <summary>Standard deviations to each side between which eight of ten arrivals lie, if they are near normal.</summary>
    internal const double Eight = 1.28;

    /// <summary>Eight of ten times the units on their way arrive between the two; null where none are, or they are overdue beyond that.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Expected(DateTimeOffset now)
    {
        if (ExpectedAt is not { } day) return null;
        var spread = TimeSpan.FromDays(Eight * (LeadSpread ?? 0));
        return day + spread <= now ? null : (day - spread < now ? now : day - spread, day + spread);
    }
}

/// <summary>Asks the shelves what is true of products, and the catalogue of those that only events name.</summary>
internal sealed class ProductTruths(ProductService products, StockService stock, ShopClock clock)
{
    public async Task<ProductTruth?> FindAsync(string id, CancellationToken cancel)
    {
        if ((await stock.RecentAsync(cancel)).FirstOrDefault(s => s.Id == id) is { } status) return Of(status);
        return await products.FindAsync(id, new TimeRange(clock.Now.AddDays(-30), clock.Now), cancel) is { } known ? new ProductTruth(known.Id, known.Title ?? known.Id, known.Category, known.Price, null, known.Currency, known.Stock) : null;
    }

    /// <summary>Products of its category.</summary>
    public async Task<IReadOnlyList<ProductTruth>> AlikeAsync(ProductTruth product, CancellationToken cancel) => product.Category is null ? []
        : [.. (await stock.RecentAsync(cancel)).Where(s => s.Terms.Category == product.Category).Select(Of)];

    private ProductTruth Of(StockStatus status)
    {
        var terms = status.Terms;
        var truth = new ProductTruth(terms.Id, terms.Title, terms.Category, terms.Price, terms.Cost, terms.Currency, status.OnHand is { } units ? (long)Math.Floor(units) : null, status.OnHold ? null : terms.LeadDays, terms.LeadSpread ?? terms.LeadDays * 0.25);
        // An order overdue beyond its spread promises nothing; the next one may.
        var next = status.Inbound.Where(i => i.Missing > 0).Select(i => truth with { ExpectedAt = i.ExpectedAt }).FirstOrDefault(t => t.Expected(clock.Now) is not null);
        return next ?? truth;
    }
}
