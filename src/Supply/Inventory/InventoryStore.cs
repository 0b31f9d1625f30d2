using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Inventory;

internal sealed record StockPolicy(string ProductId, double? Target, DateTimeOffset? HoldUntil, string? HoldReason);

internal sealed record StockSnapshot(string ProductId, DateTimeOffset AsOf, double OnHand, double? DaysOfSupply, double Chance, double LostUnits, double LostMoney);

/// <summary>Decisions about stock, snapshots of it, and what was sold since it was counted.</summary>
internal sealed class InventoryStore(Database database)
{
    private const string SoldSince = """
        select d.id as Id, cast(coalesce(sum(e.quantity), 0) as bigint) as Units
        from (select unnest(@Ids) as id, unnest(@Since) as since) d
        join events e on e.product_id = d.id and e.occurred_at >= d.since
        where e.occurred_at >= @First and e.type = 'item' and e.name = 'Order Completed'
        group by d.id
        """;

    private const string BuyersOf = """
        with b as (
            select user_id, count(distinct order_id) as orders, sum(quantity) as units
            from events where product_id = @Product and type = 'item' and name = 'Order Completed' and user_id <> '' and occurred_at >= @From group by user_id),
        e as (select distinct user_id from events where type = 'track' and name = 'Order Completed' and occurred_at < @From and user_id in (select user_id from b))
        select count(*) as People, count(*) filter (where b.orders > 1) as Again, count(*) filter (where e.user_id is null) as Fresh, cast(avg(b.units) as double precision) as UnitsEach from b left join e on e.user_id = b.user_id
        """;

    private const string Policies = "select product_id as ProductId, target as Target, hold_until as HoldUntil, hold_reason as HoldReason from stock_policies";

    private const string PutTarget = """
        insert into stock_policies (product_id, target, updated_at) values (@Id, @Target, @Now) on conflict (product_id) do update set target = excluded.target, updated_at = excluded.updated_at
        """;

    private const string PutHold = """
        insert into stock_policies (product_id, hold_until, hold_reason, updated_at) values (@Id, @Until, @Reason, @Now)
        on conflict (product_id) do update set hold_until = excluded.hold_until, hold_reason = excluded.hold_reason, updated_at = excluded.updated_at
        """;

    private const string Snapshots = "product_id as ProductId, as_of as AsOf, on_hand as OnHand, days_of_supply as DaysOfSupply, chance as Chance, lost_units as LostUnits, lost_money as LostMoney";

    private const string PutSnapshots = """
        insert into stock_snapshots (product_id, as_of, on_hand, days_of_supply, chance, lost_units, lost_money)
        select unnest(@Ids), cast(@AsOf as timestamptz), unnest(@OnHand), cast(unnest(@Days) as double precision), unnest(@Chances), unnest(@Units), unnest(@Money)
        on conflict (product_id, as_of) do nothing
        """;

    private sealed record Sold(string Id, long Units);

    /// <summary>Units of completed orders of each product since an instant of its own.</summary>
    public async Task<IReadOnlyDictionary<string, long>> SoldSinceAsync(IReadOnlyCollection<(string Id, DateTimeOffset Since)> products, CancellationToken cancel) => products.Count == 0 ? new Dictionary<string, long>()
        : (await database.QueryAsync<Sold>(SoldSince, new { Ids = SqlList.Of(products.Select(p => p.Id)), Since = SqlList.Of(products.Select(p => p.Since.UtcDateTime)), First = products.Min(p => p.Since) }, cancel)).ToDictionary(s => s.Id, s => s.Units);

    private sealed record Reviewed(long Count, double? Mean);

    public async Task<(long Count, double? Mean)> ReviewsAsync(string product, CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<Reviewed>("select count(*) as Count, avg(rating) as Mean from events where product_id = @Product and type = 'track' and name = 'Product Reviewed'", new { Product = product }, cancel) is { } read ? (read.Count, read.Mean) : (0, null);

    public async Task<Buyers> BuyersAsync(string product, DateTimeOffset from, CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<Buyers>(BuyersOf, new { Product = product, From = from }, cancel) ?? new Buyers(0, 0, 0, null);

    public async Task<IReadOnlyDictionary<string, StockPolicy>> PoliciesAsync(CancellationToken cancel) => (await database.QueryAsync<StockPolicy>(Policies, null, cancel)).ToDictionary(p => p.ProductId);

    public Task<int> PutTargetAsync(string product, double? target, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(PutTarget, new { Id = product, Target = target, Now = now }, cancel);

    public Task<int> PutHoldAsync(string product, DateTimeOffset? until, string? reason, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(PutHold, new { Id = product, Until = until, Reason = reason, Now = now }, cancel);

    private sealed record ClassTarget(string Class, double Target);

    public async Task<IReadOnlyDictionary<string, double>> ClassesAsync(CancellationToken cancel) => (await database.QueryAsync<ClassTarget>("select class as Class, target as Target from stock_classes", null, cancel)).ToDictionary(c => c.Class, c => c.Target);

    public Task<int> PutClassAsync(string name, double target, CancellationToken cancel) =>
        database.ExecuteAsync("insert into stock_classes (class, target) values (@Name, @Target) on conflict (class) do update set target = excluded.target", new { Name = name, Target = target }, cancel);

    public Task PutSnapshotsAsync(DateTimeOffset asOf, IReadOnlyCollection<StockSnapshot> rows, DateTimeOffset oldest, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var part in rows.Chunk(5_000))
            await session.ExecuteAsync(PutSnapshots, new
            {
                AsOf = asOf, Ids = SqlList.Of(part.Select(r => r.ProductId)), OnHand = SqlList.Of(part.Select(r => r.OnHand)), Days = SqlList.Of(part.Select(r => r.DaysOfSupply)),
                Chances = SqlList.Of(part.Select(r => r.Chance)), Units = SqlList.Of(part.Select(r => r.LostUnits)), Money = SqlList.Of(part.Select(r => r.LostMoney)),
            });
        await session.ExecuteAsync("delete from stock_snapshots where as_of < @Oldest and product_id <> ''", new { Oldest = oldest });
    }, cancel);

    /// <param name="product">Empty: the shop.</param>
    public Task<IReadOnlyList<StockSnapshot>> SnapshotsAsync(string product, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        database.QueryAsync<StockSnapshot>($"select {Snapshots} from stock_snapshots where product_id = @Product and as_of >= @From and as_of <= @To order by as_of", new { Product = product, From = from, To = to }, cancel);

    /// <summary>How each product stood last; the shop's sums are under the empty product.</summary>
    public Task<IReadOnlyList<StockSnapshot>> LatestAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) => database.QueryAsync<StockSnapshot>(
        $"select {Snapshots} from (select *, row_number() over (partition by product_id order by as_of desc) as place from stock_snapshots where as_of > @From and as_of <= @To) s where place = 1", new { From = from, To = to }, cancel);

    public async Task<(string Before, string After)?> DoneAsync(string request, CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<Done>("select before as Before, after as After from supply_actions where request_id = @Request", new { Request = request }, cancel) is { } done ? (done.Before, done.After) : null;

    private sealed record Done(string Before, string After);

    public Task<int> PutDoneAsync(string request, string before, string after, CancellationToken cancel) =>
        database.ExecuteAsync("insert into supply_actions (request_id, before, after) values (@Request, @Before, @After) on conflict (request_id) do nothing", new { Request = request, Before = before, After = after }, cancel);
}
