namespace BehaviorDashboard.Contracts;

/// <summary>What a file or an event says of a product; null leaves what is known.</summary>
/// <param name="ParentId">What its variants have in common: the product they are variants of, or a key of their own.</param>
/// <param name="Variant">What tells it from the others, such as "red / L".</param>
public sealed record ProductFact(string Id, string? Title, string? Category = null, string? Brand = null, decimal? Price = null, decimal? Cost = null,
    string? Currency = null, long? Stock = null, string? Supplier = null, string? Url = null, string? ImageUrl = null,
    string? ParentId = null, string? Variant = null, string? Description = null);

/// <summary>How many products were new, changed, and as they were.</summary>
public readonly record struct ProductCounts(int Created, int Updated, int Unchanged);

/// <summary>Upward seam: those below Supply hand products over and ask for their titles.</summary>
public interface IProductCatalog
{
    /// <param name="source">Where the facts come from, such as <c>import:</c> and the import's id.</param>
    /// <param name="dryRun">Only count what would change.</param>
    Task<ProductCounts> UpsertAsync(IReadOnlyList<ProductFact> products, string source, bool dryRun, CancellationToken cancel);

    /// <summary>Titles of the products that are known, by id.</summary>
    Task<IReadOnlyDictionary<string, string>> TitlesAsync(IReadOnlyCollection<string> ids, CancellationToken cancel);

    /// <summary>Takes back what an import said: products it created go unless a later import named them too, facts it wrote over come back where nobody changed them since.</summary>
    /// <returns>How many products went.</returns>
    Task<int> RemoveSourceAsync(string source, CancellationToken cancel);
}
