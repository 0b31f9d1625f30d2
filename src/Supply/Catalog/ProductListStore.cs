using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Catalog;

/// <summary>Every product anybody knows of, beside what a range of time did to it: from days that are summarised, and from the events of the rest.</summary>
internal sealed class ProductListStore(Database database, SummarisedDays days)
{
    private const string Line = """
        id as Id, title as Title, category as Category, price as Price, currency as Currency, stock as Stock, units as Units, revenue as Revenue, views as Views, seen as LastSeen
        """;

    private const string Matches = "(@Text = '' or word like @Like or lower(id) like @Like or lower(coalesce(category, '')) like @Like)";

    private static readonly string All = Known("true", "true");

    private static readonly string BySold = $"{All} select {Line} from k where {Matches} and (@First or (units, id) < (@Number, @Id)) order by units desc, id desc limit @Limit";

    private static readonly string BySeen = $"""
        {All} select {Line} from k where {Matches} and (@First or (coalesce(seen, @Never), id) < (@Seen, @Id)) order by coalesce(seen, @Never) desc, id desc limit @Limit
        """;

    private static readonly string ByTitle = $"""
        {All} select {Line} from k where {Matches} and (@First or (word, id) > ((select word from k where id = @Id), @Id)) order by word, id limit @Limit
        """;

    private static readonly string ByStock = $"""
        {All} select {Line} from k where {Matches} and (@First or (coalesce(stock, @Unknown), id) > (@Number, @Id)) order by coalesce(stock, @Unknown), id limit @Limit
        """;

    private static readonly string Totals = $"{All} select count(*) as Products, cast(coalesce(sum(units), 0) as bigint) as Units from k where {Matches}";

    private static readonly string ById = $"{Known("id = @Id", "product_id = @Id")} select {Line} from k";

    /// <summary>Begins a statement that selects from <c>k</c>.</summary>
    /// <param name="catalogued">Condition of the catalogue's products.</param>
    /// <param name="named">The same of those that events name.</param>
    private static string Known(string catalogued, string named) => $"""
        with {SummarisedDays.Products},
        s as (
            select product_id as id, max(category) as category, max(seen) as seen, cast(sum(views) as bigint) as views, cast(sum(units) as bigint) as units,
                cast(coalesce(sum(revenue) filter (where currency is null or currency = @Currency), 0) as decimal(18, 4)) as revenue
            from product_days where {named} group by product_id),
        k as (
            select coalesce(p.id, s.id) as id, p.title, coalesce(p.category, s.category) as category, p.price, p.currency, p.stock, s.seen,
                coalesce(s.units, 0) as units, coalesce(s.revenue, 0) as revenue, coalesce(s.views, 0) as views, lower(coalesce(p.title, p.id, s.id)) as word
            from (select * from products where {catalogued}) p full outer join s on s.id = p.id)
        """;

    public Task<IReadOnlyList<Product>> PageAsync(ProductQuery query, TimeRange range, string currency, ProductCursor? after, CancellationToken cancel) => AsOneAsync(range, (session, stretch) => session.QueryAsync<Product>(
        query.Sort switch { "seen" => BySeen, "title" => ByTitle, "stock" => ByStock, _ => BySold },
        new
        {
            Text = query.Text.Trim(), Like = SearchText.Like(query.Text), range.From, range.To, A = stretch.From, B = stretch.To, Currency = currency, First = after is null, Number = after?.Number ?? 0, Id = after?.Id ?? "",
            Seen = new DateTimeOffset(Math.Clamp(after?.Number ?? 0, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero), Never = DateTimeOffset.MinValue, Unknown = long.MaxValue, query.Limit,
        }), cancel);

    public async Task<ProductTotals> TotalsAsync(string text, TimeRange range, string currency, CancellationToken cancel) => await AsOneAsync(range, (session, stretch) => session.FirstOrDefaultAsync<ProductTotals>(Totals,
        new { Text = text.Trim(), Like = SearchText.Like(text), range.From, range.To, A = stretch.From, B = stretch.To, Currency = currency }), cancel) ?? new ProductTotals(0, 0);

    public Task<Product?> FindAsync(string id, TimeRange range, string currency, CancellationToken cancel) => AsOneAsync(range, (session, stretch) => session.FirstOrDefaultAsync<Product>(ById,
        new { Id = id, range.From, range.To, A = stretch.From, B = stretch.To, Currency = currency }), cancel);

    private Task<T> AsOneAsync<T>(TimeRange range, Func<Session, TimeRange, Task<T>> ask, CancellationToken cancel) =>
        database.SnapshotAsync(async session => await ask(session, await days.StretchAsync(session, range)), cancel);
}

/// <summary>Where a page of products ended.</summary>
internal sealed record ProductCursor(long Number, string Id);
