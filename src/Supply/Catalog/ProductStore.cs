using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Catalog;

/// <summary>What the catalogue says of products.</summary>
internal sealed class ProductStore(Database database, TimeProvider time) : IProductCatalog
{
    private const string Columns = """
        id as Id, title as Title, category as Category, brand as Brand, price as Price, cost as Cost, currency as Currency,
        stock as Stock, supplier as Supplier, url as Url, image_url as ImageUrl, parent_id as ParentId, variant as Variant
        """;

    private const string ByIds = $"select {Columns}, description as Description from products where id = any(@Ids)";

    private const string Descriptions = "select id as Key, description as Value from products where description is not null";

    private const string Described = "select count(description) as Products, cast(coalesce(sum(length(description)), 0) as bigint) as Signs from products";

    /// <summary>Signs kept of a description.</summary>
    private const int MostSigns = 1_000;

    private const string AllFacts = $"select {Columns}, cast(null as text) as Description from products order by id";

    private const string TitlesByIds = "select id as Key, title as Value from products where id = any(@Ids)";

    private const string Upsert = """
        insert into products (id, title, category, brand, price, cost, currency, stock, supplier, url, image_url, parent_id, variant, description, source, created_at, updated_at)
        select unnest(@Ids), unnest(@Titles), unnest(@Categories), unnest(@Brands), cast(unnest(@Prices) as decimal(18, 4)), cast(unnest(@Costs) as decimal(18, 4)),
            unnest(@Currencies), cast(unnest(@Stocks) as bigint), unnest(@Suppliers), unnest(@Urls), unnest(@Images), unnest(@Parents), unnest(@Variants), unnest(@Descriptions), @Source, @Now, @Now
        on conflict (id) do update set title = excluded.title, category = excluded.category, brand = excluded.brand, price = excluded.price,
            cost = excluded.cost, currency = excluded.currency, stock = excluded.stock, supplier = excluded.supplier, url = excluded.url,
            image_url = excluded.image_url, parent_id = excluded.parent_id, variant = excluded.variant, description = excluded.description, updated_at = excluded.updated_at
        """;

    private const string CountStock = """
        update products set stock_at = cast(@Now as timestamptz) from (select unnest(@Ids) as id) d where products.id = d.id
        """;

    private const string KeepStock = """
        insert into stock_changes (product_id, changed_at, on_hand, reason)
        select d.id, cast(@Now as timestamptz), d.stock, 'feed' from (select unnest(@Ids) as id, cast(unnest(@Stocks) as bigint) as stock) d
        """;

    private const string DeleteSource = "delete from products where source = @Source";

    private const string Suggest = """
        select id as Key, title as Value from products where lower(title) like @Like or lower(id) like @Like order by lower(title), id limit @Limit
        """;

    public async Task<ProductCounts> UpsertAsync(IReadOnlyList<ProductFact> products, string source, bool dryRun, CancellationToken cancel)
    {
        var last = products.GroupBy(p => p.Id).Select(g => g.Aggregate(Merge)).ToList();
        if (last.Count == 0) return default;
        var known = (await database.QueryAsync<ProductFact>(ByIds, new { Ids = SqlList.Of(last.Select(p => p.Id)) }, cancel)).ToDictionary(p => p.Id);
        var merged = last.Select(p => known.TryGetValue(p.Id, out var before) ? Merge(before, p) : p).ToList();
        var changed = merged.Where(p => !known.TryGetValue(p.Id, out var before) || before != p).ToList();
        var created = changed.Count(p => !known.ContainsKey(p.Id));
        if (!dryRun) await database.WriteAsync(async session =>
        {
            if (FactsBefore.Applies(source)) await FactsBefore.NoteAsync(session, source, [.. last.Select(Rounded)], known);
            if (changed.Count > 0) await WriteAsync(session, changed, source);
            // A count is one even where it says what was known before.
            var counted = last.Where(p => p.Stock is not null).ToList();
            if (counted.Count > 0) await CountAsync(session, counted);
            return true;
        }, cancel);
        return new ProductCounts(created, changed.Count - created, merged.Count - changed.Count);
    }

    public async Task<IReadOnlyDictionary<string, string>> TitlesAsync(IReadOnlyCollection<string> ids, CancellationToken cancel) => ids.Count == 0
        ? new Dictionary<string, string>()
        : (await database.QueryAsync<KeyValue>(TitlesByIds, new { Ids = SqlList.Of(ids) }, cancel)).ToDictionary(p => p.Key, p => p.Value);

    public Task<IReadOnlyList<ProductFact>> FactsAsync(CancellationToken cancel) => database.QueryAsync<ProductFact>(AllFacts, null, cancel);

    public async Task<IReadOnlyDictionary<string, string>> DescriptionsAsync(CancellationToken cancel) =>
        (await database.QueryAsync<KeyValue>(Descriptions, null, cancel)).ToDictionary(p => p.Key, p => p.Value);

    public async Task<string> DescribedAsync(CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<DescribedRow>(Described, null, cancel) is { } d ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{d.Products}/{d.Signs}") : "";

    public Task<int> RemoveSourceAsync(string source, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var restored = await FactsBefore.UndoAsync(session, source, ids => session.QueryAsync<ProductFact>(ByIds, new { Ids = SqlList.Of(ids) }));
        if (restored.Count > 0) await WriteAsync(session, restored, source);
        var counted = restored.Where(p => p.Stock is not null).ToList();
        if (counted.Count > 0) await CountAsync(session, counted);
        return await session.ExecuteAsync(DeleteSource, new { Source = source });
    }, cancel);

    public async Task<IReadOnlyList<(string Id, string Title)>> SuggestAsync(string text, int limit, CancellationToken cancel) =>
        [.. (await database.QueryAsync<KeyValue>(Suggest, new { Like = SearchText.Like(text), Limit = limit }, cancel)).Select(p => (p.Key, p.Value))];

    private sealed record KeyValue(string Key, string Value);

    private sealed record DescribedRow(long Products, long Signs);

    private static ProductFact Merge(ProductFact before, ProductFact now) => new(now.Id, now.Title ?? before.Title ?? now.Id, now.Category ?? before.Category,
        now.Brand ?? before.Brand, Round(now.Price ?? before.Price), Round(now.Cost ?? before.Cost), now.Currency ?? before.Currency, now.Stock ?? before.Stock,
        now.Supplier ?? before.Supplier, now.Url ?? before.Url, now.ImageUrl ?? before.ImageUrl, now.ParentId ?? before.ParentId, now.Variant ?? before.Variant, Short(now.Description ?? before.Description));

    private static string? Short(string? text) => text?.Trim() is { Length: > 0 } some ? some[..Math.Min(some.Length, MostSigns)] : null;

    private static decimal? Round(decimal? amount) => amount is { } some ? Math.Round(some, 4) : null;

    private static ProductFact Rounded(ProductFact fact) => fact with { Price = Round(fact.Price), Cost = Round(fact.Cost), Description = Short(fact.Description) };

    private async Task CountAsync(Session session, List<ProductFact> counted)
    {
        var arguments = new { Ids = SqlList.Of(counted.Select(p => p.Id)), Stocks = SqlList.Of(counted.Select(p => p.Stock)), Now = time.GetUtcNow() };
        await session.ExecuteAsync(KeepStock, arguments);
        await session.ExecuteAsync(CountStock, arguments);
    }

    private Task<int> WriteAsync(Session session, IReadOnlyList<ProductFact> products, string source) => session.ExecuteAsync(Upsert, new
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
        Parents = SqlList.Of(products.Select(p => p.ParentId)),
        Variants = SqlList.Of(products.Select(p => p.Variant)),
        Descriptions = SqlList.Of(products.Select(p => p.Description)),
        Source = source,
        Now = time.GetUtcNow(),
    });
}
