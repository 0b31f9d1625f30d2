using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Catalog;

/// <summary>Finds products, those of the catalogue and those that only events name, and tells how they sell.</summary>
public sealed class ProductService
{
    private readonly ProductStore _store;
    private readonly ProductListStore _list;
    private readonly string _currency;

    internal ProductService(ProductStore store, ProductListStore list, IOptions<ShopOptions> shop) => (_store, _list, _currency) = (store, list, shop.Value.Currency);

    public async Task<ProductPage> PageAsync(ProductQuery query, TimeRange range, CancellationToken cancel = default)
    {
        var products = await _list.PageAsync(query, range, _currency, Parse(query), cancel);
        return new ProductPage(products, products.Count < query.Limit ? null : Write(query.Sort, products[^1]));
    }

    public Task<ProductTotals> TotalsAsync(string text, TimeRange range, CancellationToken cancel = default) => _list.TotalsAsync(text, range, _currency, cancel);

    public Task<Product?> FindAsync(string id, TimeRange range, CancellationToken cancel = default) => _list.FindAsync(id, range, _currency, cancel);

    /// <summary>Products of the catalogue by their words, without figures.</summary>
    public Task<IReadOnlyList<(string Id, string Title)>> SuggestAsync(string text, int limit, CancellationToken cancel = default) => _store.SuggestAsync(text, limit, cancel);

    /// <summary>What the catalogue says of every product; descriptions are asked for apart.</summary>
    public Task<IReadOnlyList<ProductFact>> FactsAsync(CancellationToken cancel = default) => _store.FactsAsync(cancel);

    /// <summary>What the catalogue says of its products beside their titles; products without are left out.</summary>
    public Task<IReadOnlyDictionary<string, string>> DescriptionsAsync(CancellationToken cancel = default) => _store.DescriptionsAsync(cancel);

    /// <summary>Changes when descriptions do (how many there are, and their length): cheap to ask for often.</summary>
    public Task<string> DescribedAsync(CancellationToken cancel = default) => _store.DescribedAsync(cancel);

    private static string Write(string sort, Product last) => sort switch
    {
        "seen" => (last.LastSeen?.UtcTicks ?? 0).ToString(CultureInfo.InvariantCulture),
        "stock" => (last.Stock ?? long.MaxValue).ToString(CultureInfo.InvariantCulture),
        "title" => "",
        _ => last.Units.ToString(CultureInfo.InvariantCulture),
    } + "~" + last.Id;

    private static ProductCursor? Parse(ProductQuery query)
    {
        if (query.After?.Split('~', 2) is not [var number, var id]) return null;
        return long.TryParse(number, CultureInfo.InvariantCulture, out var value) || query.Sort == "title" ? new ProductCursor(value, id) : null;
    }
}
