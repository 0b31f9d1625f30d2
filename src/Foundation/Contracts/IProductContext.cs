namespace BehaviorDashboard.Contracts;

/// <summary>Upward seam: what a slice above has to say about a product, such as its stock, shown where the product is in trouble.</summary>
public interface IProductContext
{
    Task<IReadOnlyList<ProductContextLine>> OfAsync(string productId, CancellationToken cancel = default);
}

/// <summary>One line in the reader's language.</summary>
/// <param name="Href">Where it leads; null: nowhere.</param>
public sealed record ProductContextLine(string Title, string Value, string? Href = null);
