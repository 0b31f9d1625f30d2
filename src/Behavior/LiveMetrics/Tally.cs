using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// KPIs of a sliding window, exact, in O(1) an event: sums are added and taken off, distinct things are counted with how
/// many buckets of the window hold them. The same definitions as <see cref="KpiStore"/>.
/// </summary>
/// <param name="links">Which key stands for which person.</param>
internal sealed class Tally(Dictionary<ulong, ulong> links)
{
    private readonly Dictionary<ulong, int> _people = [];
    private readonly Dictionary<ulong, int> _buyers = [];
    private readonly Dictionary<ulong, SessionMarks> _sessions = [];
    private readonly Dictionary<string, Standing> _products = [];
    private readonly Dictionary<string, Standing> _categories = [];
    private readonly Dictionary<string, long> _unmet = [];
    private Sums _sums;
    private long _carts, _checkouts, _ordered, _abandoned;

    private struct SessionMarks
    {
        public int Buckets, Cart, Checkout, Order;
    }

    public KpiValues Values => new()
    {
        Events = _sums.Events,
        ActivePeople = _people.Count,
        Sessions = _sessions.Count,
        Carts = _carts,
        Checkouts = _checkouts,
        SessionsWithOrder = _ordered,
        AbandonedCarts = _abandoned,
        ProductViews = _sums.ProductViews,
        Orders = _sums.Orders,
        Customers = _buyers.Count,
        Units = _sums.Units,
        GrossRevenue = _sums.Gross,
        Refunds = _sums.Refunds,
        Adjustments = _sums.Adjustments,
        Searches = _sums.Searches,
        ZeroResultSearches = _sums.ZeroResults,
    };

    public IReadOnlyList<Ranked> Products(int limit) => Top(_products, limit);

    public IReadOnlyList<Ranked> Categories(int limit) => Top(_categories, limit);

    public IReadOnlyList<UnmetSearch> Unmet(int limit) =>
        [.. _unmet.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal).Take(limit).Select(u => new UnmetSearch(u.Key, u.Value))];

    private static List<Ranked> Top(Dictionary<string, Standing> all, int limit) =>
        [.. all.OrderByDescending(r => r.Value.Revenue).ThenByDescending(r => r.Value.Views).ThenBy(r => r.Key, StringComparer.Ordinal).Take(limit)
            .Select(r => new Ranked(r.Key, r.Value.Views, r.Value.Units, r.Value.Revenue))];

    public void Add(in Sums sums) => _sums.Add(sums);

    public void CountPerson(ulong key) => Count(_people, Person(key), +1);

    public void CountBuyer(ulong key) => Count(_buyers, Person(key), +1);

    public void RankProduct(string id, in Shares by) => Rank(_products, id, by);

    public void RankCategory(string id, in Shares by) => Rank(_categories, id, by);

    /// <summary>Adds (+1) or takes off (−1) a whole bucket.</summary>
    public void Apply(Bucket bucket, int sign)
    {
        _sums.Add(bucket.Sums, sign);
        foreach (var one in bucket.People) Count(_people, Person(one), sign);
        foreach (var one in bucket.Buyers) Count(_buyers, Person(one), sign);
        foreach (var (session, marks) in bucket.Sessions) Mark(session, SessionBits.Seen | marks, sign);
        foreach (var (id, standing) in bucket.Products) Rank(_products, id, Shares.Of(standing, sign));
        foreach (var (id, standing) in bucket.Categories) Rank(_categories, id, Shares.Of(standing, sign));
        foreach (var (query, count) in bucket.Unmet) Search(query, count * sign);
    }

    /// <summary>Two keys turned out to be one person.</summary>
    public void Link(ulong alias, ulong person)
    {
        Move(_people, alias, person);
        if (_buyers.ContainsKey(alias)) Move(_buyers, alias, person);
    }

    private ulong Person(ulong key) => links.Count == 0 ? key : links.GetValueOrDefault(key, key);

    private static void Count(Dictionary<ulong, int> counts, ulong key, int sign)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _);
        count += sign;
        if (count <= 0) counts.Remove(key);
    }

    private static void Move(Dictionary<ulong, int> counts, ulong from, ulong to)
    {
        if (from == to || !counts.Remove(from, out var count)) return;
        CollectionsMarshal.GetValueRefOrAddDefault(counts, to, out _) += count;
    }

    public void Mark(ulong session, SessionBits bits, int sign)
    {
        ref var marks = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, session, out _);
        Shown(marks, -1);
        if ((bits & SessionBits.Seen) != 0) marks.Buckets += sign;
        if ((bits & SessionBits.Cart) != 0) marks.Cart += sign;
        if ((bits & SessionBits.Checkout) != 0) marks.Checkout += sign;
        if ((bits & SessionBits.Order) != 0) marks.Order += sign;
        Shown(marks, +1);
        if (marks.Buckets <= 0) _sessions.Remove(session);
    }

    private void Shown(SessionMarks marks, int sign)
    {
        if (marks.Cart > 0) _carts += sign;
        if (marks.Checkout > 0) _checkouts += sign;
        if (marks.Order > 0) _ordered += sign;
        if (marks.Cart > 0 && marks.Order <= 0) _abandoned += sign;
    }

    private static void Rank(Dictionary<string, Standing> all, string id, in Shares by)
    {
        ref var standing = ref CollectionsMarshal.GetValueRefOrAddDefault(all, id, out _);
        (standing ??= new Standing()).Add(by);
        if (standing.IsNothing) all.Remove(id);
    }

    public void Search(string query, long count)
    {
        ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(_unmet, query, out _);
        total += count;
        if (total <= 0) _unmet.Remove(query);
    }

    public static ulong Hash(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));
}

[Flags]
internal enum SessionBits : byte
{
    None = 0,
    Seen = 1,
    Cart = 2,
    Checkout = 4,
    Order = 8,
}

/// <summary>Plain counts and sums.</summary>
internal struct Sums
{
    public long Events, ProductViews, Orders, Units, Searches, ZeroResults;
    public decimal Gross, Refunds, Adjustments;

    public void Add(in Sums other)
    {
        Events += other.Events;
        ProductViews += other.ProductViews;
        Orders += other.Orders;
        Units += other.Units;
        Searches += other.Searches;
        ZeroResults += other.ZeroResults;
        // Few events bring money, and decimals are slow.
        if (other.Gross != 0) Gross += other.Gross;
        if (other.Refunds != 0) Refunds += other.Refunds;
        if (other.Adjustments != 0) Adjustments += other.Adjustments;
    }

    public void Add(in Sums other, int sign) => Add(sign > 0 ? other : other.Negated());

    private readonly Sums Negated() => new()
    {
        Events = -Events,
        ProductViews = -ProductViews,
        Orders = -Orders,
        Units = -Units,
        Searches = -Searches,
        ZeroResults = -ZeroResults,
        Gross = -Gross,
        Refunds = -Refunds,
        Adjustments = -Adjustments,
    };
}
