using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Catalog;

/// <summary>All SQL of the catalogue.</summary>
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

    // Every product anybody knows of, beside what happened to it in a range. Bounded in time, so that a long history costs nothing.
    private const string Known = """
        s as (
            select product_id as id, max(category) as category, max(occurred_at) as seen,
                count(*) filter (where type = 'track' and name = 'Product Viewed') as views,
                cast(coalesce(sum(quantity) filter (where type = 'item' and name = 'Order Completed'), 0) as bigint) as units,
                cast(coalesce(sum(price * quantity) filter (where type = 'item' and name = 'Order Completed' and (currency is null or currency = @Currency)), 0) as decimal(18, 4)) as revenue
            from events where product_id is not null and occurred_at >= @From and occurred_at < @To group by product_id),
        k as (
            select coalesce(p.id, s.id) as id, p.title, coalesce(p.category, s.category) as category, p.price, p.currency, p.stock, s.seen,
                coalesce(s.units, 0) as units, coalesce(s.revenue, 0) as revenue, coalesce(s.views, 0) as views, lower(coalesce(p.title, p.id, s.id)) as word
            from products p full outer join s on s.id = p.id)
        """;

    private const string Line = """
        id as Id, title as Title, category as Category, price as Price, currency as Currency, stock as Stock, units as Units, revenue as Revenue, views as Views, seen as LastSeen
        """;

    private const string Matches = "(@Text = '' or word like @Like or lower(id) like @Like or lower(coalesce(category, '')) like @Like)";

    private const string BySold = $"with {Known} select {Line} from k where {Matches} and (@First or (units, id) < (@Number, @Id)) order by units desc, id desc limit @Limit";

    private const string BySeen = $"""
        with {Known} select {Line} from k where {Matches} and (@First or (coalesce(seen, @Never), id) < (@Seen, @Id)) order by coalesce(seen, @Never) desc, id desc limit @Limit
        """;

    private const string ByTitle = $"""
        with {Known} select {Line} from k where {Matches} and (@First or (word, id) > ((select word from k where id = @Id), @Id)) order by word, id limit @Limit
        """;

    private const string ByStock = $"""
        with {Known} select {Line} from k where {Matches} and (@First or (coalesce(stock, @Unknown), id) > (@Number, @Id)) order by coalesce(stock, @Unknown), id limit @Limit
        """;

    private const string Totals = $"with {Known} select count(*) as Products, cast(coalesce(sum(units), 0) as bigint) as Units from k where {Matches}";

    private const string ById = $"with {Known} select {Line} from k where id = @Id";

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

    public Task<IReadOnlyList<Product>> PageAsync(ProductQuery query, TimeRange range, string currency, ProductCursor? after, CancellationToken cancel) => database.QueryAsync<Product>(
        query.Sort switch { "seen" => BySeen, "title" => ByTitle, "stock" => ByStock, _ => BySold },
        new
        {
            Text = query.Text.Trim(), Like = Like(query.Text), range.From, range.To, Currency = currency, First = after is null, Number = after?.Number ?? 0, Id = after?.Id ?? "",
            Seen = new DateTimeOffset(Math.Clamp(after?.Number ?? 0, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero), Never = DateTimeOffset.MinValue, Unknown = long.MaxValue, query.Limit,
        }, cancel);

    public async Task<ProductTotals> TotalsAsync(string text, TimeRange range, string currency, CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<ProductTotals>(Totals, new { Text = text.Trim(), Like = Like(text), range.From, range.To, Currency = currency }, cancel) ?? new ProductTotals(0, 0);

    public Task<Product?> FindAsync(string id, TimeRange range, string currency, CancellationToken cancel) =>
        database.FirstOrDefaultAsync<Product>(ById, new { Id = id, range.From, range.To, Currency = currency }, cancel);

    public async Task<IReadOnlyList<(string Id, string Title)>> SuggestAsync(string text, int limit, CancellationToken cancel) =>
        [.. (await database.QueryAsync<KeyValue>(Suggest, new { Like = Like(text), Limit = limit }, cancel)).Select(p => (p.Key, p.Value))];

    /// <summary>Wildcards of SQL are not for people who search; an underscore finds itself among others.</summary>
    private static string Like(string text) => "%" + text.Trim().Replace("%", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal).ToLowerInvariant() + "%";

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

/// <summary>Where a page of products ended.</summary>
internal sealed record ProductCursor(long Number, string Id);
