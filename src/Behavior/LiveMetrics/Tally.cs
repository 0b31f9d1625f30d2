using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// KPIs of a sliding window, exact, in O(1) an event: sums are added and taken off, distinct things are counted with how
/// many buckets of the window hold them. The same definitions as <see cref="KpiStore"/>.
/// </summary>
internal sealed class Tally
{
    private readonly Dictionary<ulong, int> _people = [];
    private readonly Dictionary<ulong, int> _buyers = [];
    private readonly Dictionary<ulong, SessionMarks> _sessions = [];
    private readonly Dictionary<string, Ranked> _products = [];
    private readonly Dictionary<string, Ranked> _categories = [];
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

    private static List<Ranked> Top(Dictionary<string, Ranked> all, int limit) =>
        [.. all.Values.OrderByDescending(r => r.Revenue).ThenByDescending(r => r.Views).ThenBy(r => r.Id, StringComparer.Ordinal).Take(limit)];

    /// <summary>Adds what one event changed in its bucket.</summary>
    public void Add(in BucketChange change, Func<ulong, ulong> person) => Apply(change, person, +1);

    /// <summary>Adds (+1) or takes off (−1) a whole bucket.</summary>
    public void Apply(Bucket bucket, Func<ulong, ulong> person, int sign)
    {
        _sums.Add(bucket.Sums, sign);
        foreach (var one in bucket.People) Count(_people, person(one), sign);
        foreach (var one in bucket.Buyers) Count(_buyers, person(one), sign);
        foreach (var (session, marks) in bucket.Sessions) Mark(session, SessionBits.Seen | marks, sign);
        foreach (var (id, ranked) in bucket.Products) Rank(_products, id, ranked, sign);
        foreach (var (id, ranked) in bucket.Categories) Rank(_categories, id, ranked, sign);
        foreach (var (query, count) in bucket.Unmet) Search(query, count * sign);
    }

    /// <summary>Two keys turned out to be one person.</summary>
    public void Link(ulong alias, ulong person)
    {
        Move(_people, alias, person);
        if (_buyers.ContainsKey(alias)) Move(_buyers, alias, person);
    }

    private void Apply(in BucketChange change, Func<ulong, ulong> person, int sign)
    {
        _sums.Add(change.Sums, sign);
        if (change.Person is { } someone) Count(_people, person(someone), sign);
        if (change.Buyer is { } buyer) Count(_buyers, person(buyer), sign);
        if (change.Session is { } session && change.Marks != 0) Mark(session, change.Marks, sign);
        if (change.Product is { } product) Rank(_products, product.Id, product, sign);
        if (change.Category is { } category) Rank(_categories, category.Id, category, sign);
        if (change.Unmet is { } query) Search(query, sign);
    }

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

    private void Mark(ulong session, SessionBits bits, int sign)
    {
        ref var marks = ref CollectionsMarshal.GetValueRefOrAddDefault(_sessions, session, out _);
        Shown(marks, -1);
        if (bits.HasFlag(SessionBits.Seen)) marks.Buckets += sign;
        if (bits.HasFlag(SessionBits.Cart)) marks.Cart += sign;
        if (bits.HasFlag(SessionBits.Checkout)) marks.Checkout += sign;
        if (bits.HasFlag(SessionBits.Order)) marks.Order += sign;
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

    private static void Rank(Dictionary<string, Ranked> all, string id, Ranked by, int sign)
    {
        ref var ranked = ref CollectionsMarshal.GetValueRefOrAddDefault(all, id, out _);
        ranked = new Ranked(id, (ranked?.Views ?? 0) + by.Views * sign, (ranked?.Units ?? 0) + by.Units * sign, (ranked?.Revenue ?? 0) + by.Revenue * sign);
        if (ranked is { Views: 0, Units: 0, Revenue: 0 }) all.Remove(id);
    }

    private void Search(string query, long count)
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

    public void Add(in Sums other, int sign)
    {
        Events += other.Events * sign;
        ProductViews += other.ProductViews * sign;
        Orders += other.Orders * sign;
        Units += other.Units * sign;
        Searches += other.Searches * sign;
        ZeroResults += other.ZeroResults * sign;
        Gross += other.Gross * sign;
        Refunds += other.Refunds * sign;
        Adjustments += other.Adjustments * sign;
    }
}
