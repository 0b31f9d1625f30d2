using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Statistics;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Recommendations;

/// <summary>A search term of the shop.</summary>
/// <param name="WithoutResult">Searches that showed nothing; <paramref name="Ordered"/>: followed by an order in the same visit.</param>
public sealed record SearchTerm(string Query, long Searches, long People, long WithoutResult, long Ordered)
{
    /// <summary>Share followed by an order, with its 95 % band.</summary>
    public Interval Conversion => Proportions.Wilson(Ordered, Searches);
}

/// <summary>What is bought together, which categories go together, and what people search.</summary>
/// <param name="Titles">Of the products of the rules.</param>
/// <param name="Fewest">Orders that a rule needs.</param>
public sealed record InsightReport(long Orders, IReadOnlyList<BasketRule> Rules, IReadOnlyDictionary<string, string> Titles, IReadOnlyList<string> Categories, IReadOnlyList<CategoryPair> Affinity, IReadOnlyList<SearchTerm> Terms, int Fewest);

/// <summary>Basket insight over a range.</summary>
public sealed class InsightService
{
    private const int MostRules = 200, MostCategories = 14, MostTerms = 200, MostOrders = 300_000;

    private const string Searches = """
        with s as (
            select lower(trim(e.query)) as query, e.session_id, coalesce(i.user_id, nullif(e.user_id, '')) as person, e.occurred_at as searched_at, e.properties ->> 'results' as results
            from events e left join identities i on i.alias = e.user_id
            where e.type = 'track' and e.name = 'Products Searched' and e.query is not null and e.occurred_at >= @From and e.occurred_at < @To),
        o as (
            select session_id, max(occurred_at) as ordered_at from events
            where type = 'track' and name = 'Order Completed' and session_id is not null and occurred_at >= @From and occurred_at < @To group by session_id)
        select s.query as Query, count(*) as Searches, count(distinct s.person) as People, count(*) filter (where s.results = '0') as WithoutResult,
            count(*) filter (where o.ordered_at >= s.searched_at) as Ordered
        from s left join o on o.session_id = s.session_id where s.query <> '' group by s.query order by 2 desc, 1 limit @Limit
        """;

    private readonly Database _database;
    private readonly InterestStore _store;
    private readonly ShelfKeeper _shelves;

    internal InsightService(Database database, InterestStore store, ShelfKeeper shelves, KeptReports kept, ShopClock clock)
    {
        (_database, _store, _shelves) = (database, store, shelves);
        Reports = new KeptReport<RangeKey, InsightReport>(kept, (range, cancel) => ReportAsync(range.At(clock), cancel));
    }

    /// <summary>The insight of a range.</summary>
    public KeptReport<RangeKey, InsightReport> Reports { get; }

    internal async Task<InsightReport> ReportAsync(TimeRange range, CancellationToken cancel = default)
    {
        var baskets = new List<string[]>();
        var (order, items) = ("", new List<string>());
        await _store.BasketsAsync(range.From, range.To, (id, product) =>
        {
            if (id != order) Put();
            order = id;
            items.Add(product);
        }, cancel);
        Put();
        var terms = await _database.QueryAsync<SearchTerm>(Searches, new { range.From, range.To, Limit = MostTerms }, cancel);
        var shelf = _shelves.Current;
        return await Task.Run(() => Report(baskets, shelf, terms), cancel);

        void Put()
        {
            if (items.Count > 0 && baskets.Count < MostOrders) baskets.Add([.. items]);
            items.Clear();
        }
    }

    /// <summary>Who did it becomes a segment by this rule.</summary>
    public static Rule RuleFor(string? product = null, string? category = null, string? query = null) => new AllOf([query is not null
        ? new DidRule(Events.EventNames.ProductsSearched) { Where = [new PropertyFilter("query", Matching.Is, [query])] }
        : new DidRule(OrderLines.Bought) { Where = [product is not null ? new PropertyFilter("product_id", Matching.Is, [product]) : new PropertyFilter("category", Matching.Is, [category ?? ""])] }]);

    private static InsightReport Report(List<string[]> baskets, Shelf shelf, IReadOnlyList<SearchTerm> terms)
    {
        // One order in two thousand, but never fewer than five: below that a coincidence looks like a habit.
        var fewest = Math.Max(5, baskets.Count / 2_000);
        var rules = BasketMining.Rules(baskets, fewest, MostRules);
        var byCategory = baskets.Select(b => b.Select(p => shelf.Find(p) is { } item ? shelf.Products[item].Category : null).OfType<string>().Distinct().ToArray()).Where(b => b.Length > 0).ToList();
        var categories = byCategory.SelectMany(b => b).GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostCategories).Select(g => g.Key).ToList();
        var titles = rules.SelectMany(r => new[] { r.If, r.Then }).Distinct().ToDictionary(p => p, p => shelf.Find(p) is { } item ? shelf.Title(item) : p);
        return new InsightReport(baskets.Count, rules, titles, categories, [.. BasketMining.Affinity(byCategory, fewest).Where(p => categories.Contains(p.One) && categories.Contains(p.Other))], terms, fewest);
    }
}
