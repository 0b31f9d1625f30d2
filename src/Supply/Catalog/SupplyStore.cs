using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Catalog;

/// <summary>SQL of what buying takes: terms, counted stock, units on their way.</summary>
internal sealed class SupplyStore(Database database)
{
    private const string Columns = """
        id as Id, title as Title, category as Category, brand as Brand, price as Price, cost as Cost, currency as Currency, stock as Stock, stock_at as StockAt, supplier as Supplier,
        lead_days as LeadDays, lead_spread as LeadSpread, pack_size as PackSize, minimum_order as MinimumOrder, parent_id as ParentId, variant as Variant, created_at as CreatedAt
        """;

    private const string All = $"select {Columns} from products order by id";

    private const string ByIds = $"select {Columns} from products where id = any(@Ids)";

    private const string Family = $"""
        select {Columns} from products
        where id = @Id or coalesce(parent_id, id) = (select coalesce(parent_id, id) from products where id = @Id) or id = (select parent_id from products where id = @Id)
        order by case when parent_id is null then 0 else 1 end, variant, id
        """;

    private const string Update = """
        update products set title = coalesce(d.title, products.title), category = coalesce(d.category, products.category), price = coalesce(d.price, products.price),
            cost = coalesce(d.cost, products.cost), stock = coalesce(d.stock, products.stock), stock_at = case when d.stock is null then products.stock_at else cast(@Now as timestamptz) end,
            supplier = coalesce(d.supplier, products.supplier), lead_days = coalesce(d.lead_days, products.lead_days), lead_spread = coalesce(d.lead_spread, products.lead_spread),
            pack_size = coalesce(d.pack_size, products.pack_size), minimum_order = coalesce(d.minimum_order, products.minimum_order),
            parent_id = nullif(coalesce(d.parent_id, products.parent_id), ''), variant = nullif(coalesce(d.variant, products.variant), ''), updated_at = cast(@Now as timestamptz)
        from (select unnest(@Ids) as id, unnest(@Titles) as title, unnest(@Categories) as category, cast(unnest(@Prices) as decimal(18, 4)) as price, cast(unnest(@Costs) as decimal(18, 4)) as cost,
            cast(unnest(@Stocks) as bigint) as stock, unnest(@Suppliers) as supplier, cast(unnest(@Leads) as double precision) as lead_days, cast(unnest(@Spreads) as double precision) as lead_spread,
            cast(unnest(@Packs) as integer) as pack_size, cast(unnest(@Minima) as integer) as minimum_order, unnest(@Parents) as parent_id, unnest(@Variants) as variant) d
        where products.id = d.id
        """;

    private const string Count = """
        insert into stock_changes (product_id, changed_at, on_hand, reason)
        select d.id, cast(@Now as timestamptz), d.stock, @Reason from (select unnest(@Ids) as id, cast(unnest(@Stocks) as bigint) as stock) d where d.stock is not null
        """;

    private const string Open = """
        select id as Id, product_id as ProductId, quantity as Quantity, received as Received, ordered_at as OrderedAt, expected_at as ExpectedAt, supplier as Supplier, status as Status, reference as Reference
        from inbound
        """;

    private const string AddInbound = """
        insert into inbound (id, product_id, quantity, received, ordered_at, expected_at, supplier, status, reference)
        values (@Id, @ProductId, @Quantity, 0, @Now, @ExpectedAt, @Supplier, 'open', @Reference)
        """;

    private const string Take = "update inbound set received = received + @Units, status = case when received + @Units >= quantity then 'received' else status end where id = @Id";

    private const string AddStock = "update products set stock = coalesce(stock, 0) + @Units, updated_at = @Now where id = @ProductId";

    private const string Gaps = """
        select product_id as ProductId, changed_at as FromAt, until as ToAt
        from (select product_id, changed_at, on_hand, lead(changed_at) over (partition by product_id order by changed_at) as until from stock_changes) s
        where on_hand = 0 and (until is null or until >= @From)
        """;

    private const string History = "select product_id as ProductId, changed_at as ChangedAt, on_hand as OnHand, reason as Reason from stock_changes where product_id = @Id and changed_at >= @From order by changed_at";

    public Task<IReadOnlyList<SupplyTerms>> AllAsync(CancellationToken cancel) => database.QueryAsync<SupplyTerms>(All, null, cancel);

    public Task<IReadOnlyList<SupplyTerms>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancel) => database.QueryAsync<SupplyTerms>(ByIds, new { Ids = SqlList.Of(ids) }, cancel);

    public Task<IReadOnlyList<SupplyTerms>> FamilyAsync(string product, CancellationToken cancel) => database.QueryAsync<SupplyTerms>(Family, new { Id = product }, cancel);

    public Task<int> UpdateAsync(IReadOnlyCollection<TermsChange> changes, string reason, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var arguments = new
        {
            Ids = SqlList.Of(changes.Select(c => c.Id)), Titles = SqlList.Of(changes.Select(c => c.Title)), Categories = SqlList.Of(changes.Select(c => c.Category)),
            Prices = SqlList.Of(changes.Select(c => c.Price)), Costs = SqlList.Of(changes.Select(c => c.Cost)), Stocks = SqlList.Of(changes.Select(c => c.Stock)),
            Suppliers = SqlList.Of(changes.Select(c => c.Supplier)), Leads = SqlList.Of(changes.Select(c => c.LeadDays)), Spreads = SqlList.Of(changes.Select(c => c.LeadSpread)),
            Packs = SqlList.Of(changes.Select(c => c.PackSize)), Minima = SqlList.Of(changes.Select(c => c.MinimumOrder)),
            Parents = SqlList.Of(changes.Select(c => c.ParentId)), Variants = SqlList.Of(changes.Select(c => c.Variant)), Now = now, Reason = reason,
        };
        await session.ExecuteAsync(Count, arguments);
        return await session.ExecuteAsync(Update, arguments);
    }, cancel);

    public Task<IReadOnlyList<Inbound>> InboundAsync(IReadOnlyCollection<string>? products, bool openOnly, CancellationToken cancel) => database.QueryAsync<Inbound>(
        $"{Open} where (@All or product_id = any(@Ids)) and (not @OpenOnly or status = 'open') order by expected_at, id", new { All = products is null, Ids = SqlList.Of(products ?? []), OpenOnly = openOnly }, cancel);

    /// <summary>A reference that is there already for the product is not added again.</summary>
    public Task<int> AddInboundAsync(IReadOnlyCollection<InboundDraft> drafts, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var added = 0;
        foreach (var draft in drafts)
        {
            if (await session.ScalarAsync<long>("select count(*) from inbound where product_id = @ProductId and reference = @Reference", draft) > 0) continue;
            var id = await session.ScalarAsync<int>("select cast(nextval('inbound_id') as integer)");
            added += await session.ExecuteAsync(AddInbound, new { Id = id, draft.ProductId, draft.Quantity, draft.ExpectedAt, draft.Supplier, draft.Reference, Now = now });
        }
        return added;
    }, cancel);

    /// <returns>The units taken in: no more than were missing.</returns>
    public Task<long> ReceiveAsync(int id, long units, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.FirstOrDefaultAsync<Inbound>($"{Open} where id = @Id and status = 'open'", new { Id = id }) is not { } order) return 0;
        var taken = Math.Min(units, order.Missing);
        if (taken <= 0) return 0;
        await session.ExecuteAsync(Take, new { Id = id, Units = taken });
        await session.ExecuteAsync(AddStock, new { order.ProductId, Units = taken, Now = now });
        await session.ExecuteAsync("insert into stock_changes (product_id, changed_at, on_hand, reason) select id, @Now, stock, 'received' from products where id = @ProductId", new { order.ProductId, Now = now });
        return taken;
    }, cancel);

    public Task<int> CancelInboundAsync(string reference, CancellationToken cancel) => database.ExecuteAsync("update inbound set status = 'cancelled' where reference = @Reference and status = 'open'", new { Reference = reference }, cancel);

    public Task<IReadOnlyList<SoldOut>> SoldOutAsync(DateTimeOffset from, CancellationToken cancel) => database.QueryAsync<SoldOut>(Gaps, new { From = from }, cancel);

    public Task<IReadOnlyList<StockChange>> HistoryAsync(string product, DateTimeOffset from, CancellationToken cancel) => database.QueryAsync<StockChange>(History, new { Id = product, From = from }, cancel);
}
