using System.Security.Claims;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Catalog;

/// <summary>Products in the command palette.</summary>
internal sealed class ProductSearch(ProductService products) : ISearchSource
{
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel) => text.Trim().Length < 2 ? [] :
        [.. (await products.SuggestAsync(text, limit, cancel)).Select(p => new SearchHit(p.Title, p.Id, "products/" + Uri.EscapeDataString(p.Id), SearchKind.Product))];
}
