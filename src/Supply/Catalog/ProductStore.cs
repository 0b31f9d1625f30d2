using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Catalog;

/// <summary>All SQL of the catalogue.</summary>
internal sealed class ProductStore(Database database, TimeProvider time) : IProductCatalog
{
    private const string Columns = """
        id as Id, title as Title, category as Category, brand as Brand, price as Price, cost as Cost, currency as Currency,
        stock as Stock, supplier as Supplier, url as Url, image_url as ImageUrl
        """;

    private const string ByIds = $"select {Columns} from products where id = any(@Ids)";

    private const string TitlesByIds = "select id as Key, title as Value from products where id = any(@Ids)";

    private const string Upsert = """
        insert into products (id, title, category, brand, price, cost, currency, stock, supplier, url, image_url, source, created_at, updated_at)
        select unnest(@Ids), unnest(@Titles), unnest(@Categories), unnest(@Brands), cast(unnest(@Prices) as decimal(18, 4)), cast(unnest(@Costs) as decimal(18, 4)),
            unnest(@Currencies), cast(unnest(@Stocks) as bigint), unnest(@Suppliers), unnest(@Urls), unnest(@Images), @Source, @Now, @Now
        on conflict (id) do update set title = excluded.title, category = excluded.category, brand = excluded.brand, price = excluded.price,
            cost = excluded.cost, currency = excluded.currency, stock = excluded.stock, supplier = excluded.supplier, url = excluded.url,
            image_url = excluded.image_url, updated_at = excluded.updated_at
        """;

    private const string DeleteSource = "delete from products where source = @Source";

    private const string Page = $"""
        select {Columns} from products
        where (@Text = '' or lower(title) like @Like or lower(id) like @Like or lower(coalesce(category, '')) like @Like) and (lower(title), id) > (@After, @AfterId)
        order by lower(title), id limit @Limit
        """;

    private const string CountAll = "select count(*) from products";

    public async Task<ProductCounts> UpsertAsync(IReadOnlyList<ProductFact> products, string source, bool dryRun, CancellationToken cancel)
    {
        var last = products.GroupBy(p => p.Id).Select(g => g.Aggregate(Merge)).ToList();
        if (last.Count == 0) return default;
        var known = (await database.QueryAsync<ProductFact>(ByIds, new { Ids = SqlList.Of(last.Select(p => p.Id)) }, cancel)).ToDictionary(p => p.Id);
        var merged = last.Select(p => known.TryGetValue(p.Id, out var before) ? Merge(before, p) : p).ToList();
        var changed = merged.Where(p => !known.TryGetValue(p.Id, out var before) || before != p).ToList();
        var created = changed.Count(p => !known.ContainsKey(p.Id));
        if (!dryRun && changed.Count > 0) await WriteAsync(changed, source, cancel);
        return new ProductCounts(created, changed.Count - created, merged.Count - changed.Count);
    }

    public async Task<IReadOnlyDictionary<string, string>> TitlesAsync(IReadOnlyCollection<string> ids, CancellationToken cancel) => ids.Count == 0
        ? new Dictionary<string, string>()
        : (await database.QueryAsync<KeyValue>(TitlesByIds, new { Ids = SqlList.Of(ids) }, cancel)).ToDictionary(p => p.Key, p => p.Value);

    public Task<int> RemoveSourceAsync(string source, CancellationToken cancel) => database.ExecuteAsync(DeleteSource, new { Source = source }, cancel);

    /// <summary>Products by title, those after a row of the page before.</summary>
    public Task<IReadOnlyList<ProductFact>> PageAsync(string text, string after, string afterId, int limit, CancellationToken cancel) =>
        database.QueryAsync<ProductFact>(Page, new { Text = text, Like = $"%{text.ToLowerInvariant()}%", After = after, AfterId = afterId, Limit = limit }, cancel);

    public Task<long> CountAsync(CancellationToken cancel) => database.ScalarAsync<long>(CountAll, cancel: cancel);

    private sealed record KeyValue(string Key, string Value);

    private static ProductFact Merge(ProductFact before, ProductFact now) => new(now.Id, now.Title ?? before.Title ?? now.Id, now.Category ?? before.Category,
        now.Brand ?? before.Brand, Round(now.Price ?? before.Price), Round(now.Cost ?? before.Cost), now.Currency ?? before.Currency, now.Stock ?? before.Stock,
        now.Supplier ?? before.Supplier, now.Url ?? before.Url, now.ImageUrl ?? before.ImageUrl);

    private static decimal? Round(decimal? amount) => amount is { } some ? Math.Round(some, 4) : null;

    private Task<int> WriteAsync(List<ProductFact> products, string source, CancellationToken cancel) => database.ExecuteAsync(Upsert, new
    {
        Ids = SqlList.Of(products.Select(p => p.Id)),
        Titles = SqlList.Of(products.Select(p => p.Title ?? p.Id)),
        Categories = SqlList.Of(products.Select(p => p.Category)),
        Brands = SqlList.Of(products.Select(p => p.Brand)),
        Prices = SqlList.Of(products.Select(p => p.Price)),
        Costs = SqlList.Of(products.Select(p => p.Cost)),
        Currencies = SqlList.Of(products.Select(p => p.Currency)),
        Stocks = SqlList.Of(products.Select(p => p.Stock)),
        Suppliers = SqlList.Of(products.Select(p => p.Supplier)),
        Urls = SqlList.Of(products.Select(p => p.Url)),
        Images = SqlList.Of(products.Select(p => p.ImageUrl)),
        Source = source,
        Now = time.GetUtcNow(),
    }, cancel);
}
