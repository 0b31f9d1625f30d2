using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using BehaviorDashboard.ServiceDesk.Pages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Stock and what is on its way, beside an incident of the product.</summary>
internal sealed class StockContext(ProductTruths products, IServiceScopeFactory scopes, IStringLocalizer<ServiceText> text) : IProductContext
{
    public async Task<IReadOnlyList<ProductContextLine>> OfAsync(string productId, CancellationToken cancel = default)
    {
        if (await products.FindAsync(productId, cancel) is not { } product) return [];
        await using var scope = scopes.CreateAsyncScope();
        var format = scope.ServiceProvider.GetRequiredService<ShopFormat>();
        var lines = new List<ProductContextLine> { new(text["Stock"], product.Stock is { } stock ? text["StockUnits", format.Number(stock)] : ShopFormat.Unknown, "products?q=" + Uri.EscapeDataString(productId)) };
        if (product.ExpectedAt is { } day) lines.Add(new ProductContextLine(text["Inbound"], format.Date(day)));
        return lines;
    }
}
