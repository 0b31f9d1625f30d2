using BehaviorDashboard.Catalog;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Tests.Catalog;

/// <summary>The list of products over the raw events and nothing else, put in order here.</summary>
internal static class ProductReference
{
    private const string Known = """
        with s as (
            select product_id as id, max(category) as category, max(occurred_at) as seen,
                count(*) filter (where type = 'track' and name = 'Product Viewed') as views,
                cast(coalesce(sum(quantity) filter (where type = 'item' and name = 'Order Completed'), 0) as bigint) as units,
                cast(coalesce(sum(price * quantity) filter (where type = 'item' and name = 'Order Completed' and (currency is null or currency = @Currency)), 0) as decimal(18, 4)) as revenue
            from events where product_id is not null and occurred_at >= @From and occurred_at < @To group by product_id)
        select coalesce(p.id, s.id) as Id, p.title as Title, coalesce(p.category, s.category) as Category, p.price as Price, p.currency as Currency, p.stock as Stock,
            coalesce(s.units, 0) as Units, coalesce(s.revenue, 0) as Revenue, coalesce(s.views, 0) as Views, s.seen as LastSeen
        from products p full outer join s on s.id = p.id
        """;

    /// <summary>What the service must say: every order, page by page, the totals, and each product by itself.</summary>
    public static async Task<List<string>> LinesAsync(Database database, TimeRange range, string currency, IReadOnlyList<string> texts)
    {
        var all = await database.QueryAsync<Product>(Known, new { range.From, range.To, Currency = currency });
        var lines = new List<string>();
        foreach (var text in texts)
        {
            var found = all.Where(p => new[] { p.Id, p.Title ?? p.Id, p.Category ?? "" }.Any(w => w.Contains(text, StringComparison.OrdinalIgnoreCase))).ToList();
            foreach (var sort in ProductQuery.Sorts) lines.AddRange(Sorted(found, sort).Select(p => $"{text}, {sort}: {p}"));
            lines.Add($"{text}: {new ProductTotals(found.Count, found.Sum(p => p.Units))}");
        }
        return [.. lines, .. all.OrderBy(p => p.Id, StringComparer.Ordinal).Select(p => $"{p}")];
    }

    public static async Task<List<string>> AskAsync(ProductService products, Database database, TimeRange range, IReadOnlyList<string> texts)
    {
        var lines = new List<string>();
        foreach (var text in texts)
        {
            foreach (var sort in ProductQuery.Sorts)
            {
                for (string? after = null; ;)
                {
                    var page = await products.PageAsync(new ProductQuery { Text = text, Sort = sort, After = after, Limit = 9 }, range);
                    lines.AddRange(page.Products.Select(p => $"{text}, {sort}: {p}"));
                    if ((after = page.Next) is null) break;
                }
            }
            lines.Add($"{text}: {await products.TotalsAsync(text, range)}");
        }
        var ids = await database.QueryAsync<string>("select id from products union select product_id from events where product_id is not null");
        foreach (var id in ids.Order(StringComparer.Ordinal))
            if (await products.FindAsync(id, range) is { } one) lines.Add($"{one}");
        return lines;
    }

    private static IEnumerable<Product> Sorted(IEnumerable<Product> products, string sort) => sort switch
    {
        "seen" => products.OrderByDescending(p => p.LastSeen ?? DateTimeOffset.MinValue).ThenByDescending(p => p.Id, StringComparer.Ordinal),
        "title" => products.OrderBy(p => (p.Title ?? p.Id).ToLowerInvariant(), StringComparer.Ordinal).ThenBy(p => p.Id, StringComparer.Ordinal),
        "stock" => products.OrderBy(p => p.Stock ?? long.MaxValue).ThenBy(p => p.Id, StringComparer.Ordinal),
        _ => products.OrderByDescending(p => p.Units).ThenByDescending(p => p.Id, StringComparer.Ordinal),
    };
}
