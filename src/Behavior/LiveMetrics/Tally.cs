using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// KPIs of a window and of the one before it, exact, over a ring of buckets: an event is folded in O(1), and what a bucket held is taken off
/// when it leaves. The same definitions as <see cref="KpiStore"/>.
/// </summary>
/// <param name="links">Which key stands for which person.</param>
internal sealed class Tally(Dictionary<ulong, ulong> links)
{
    private readonly Distinct _people = new();
    private readonly Distinct _buyers = new();
    private readonly Distinct _sessions = new();
    private readonly Distinct _carts = new();
    private readonly Distinct _checkouts = new();
    private readonly Distinct _ordered = new();

    /// <summary>Sessions with a cart or an order: those of them without an order have abandoned one.</summary>
    private readonly Distinct _cartOrOrder = new();
    private readonly Ranking _products = new();
    private readonly Ranking _categories = new();
    private readonly Ranking _unmet = new();
    private readonly Sums[] _sums = new Sums[Slots.Most];
    private Slots _window;
    private Sums _now, _before;

    public KpiValues Now => Values(_now, d => d.Now);

    public KpiValues Before => Values(_before, d => d.Before);

    public IReadOnlyList<Ranked> Products(int limit) => _products.Top(limit);

    public IReadOnlyList<Ranked> Categories(int limit) => _categories.Top(limit);

    public IReadOnlyList<UnmetSearch> Unmet(int limit) => [.. _unmet.Top(limit).Select(s => new UnmetSearch(s.Id, s.Views))];

    /// <summary>Events in one bucket.</summary>
    public long EventsIn(int slot) => _sums[slot].Events;

    public void Fold(in LiveEvent e, int slot)
    {
        var isNow = _window.Has(slot);
        _sums[slot].Add(e.Sums);
        if (isNow) _now.Add(e.Sums);
        else _before.Add(e.Sums);
        if (e.Person is { } person) _people.Add(Person(person), slot);
        if (e.Buyer is { } buyer) _buyers.Add(Person(buyer), slot);
        if (e.Session is { } session)
        {
            _sessions.Add(session, slot);
            if (e.Marks != SessionBits.None) Mark(session, e.Marks, slot);
        }
        // Of the window before, nobody asks for rankings.
        if (!isNow) return;
        if (e.Product is not null) _products.Add(e.Product, e.Shares, slot);
        if (e.Category is not null) _categories.Add(e.Category, e.Shares, slot);
        if (e.Unmet is not null) _unmet.Add(e.Unmet, new Shares(1, 0, 0), slot);
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="forgotten">Buckets that are emptied.</param>
    /// <param name="window">Those of the window; the others are of the one before.</param>
    public void Slide(Slots forgotten, Slots window)
    {
        (_window, _now, _before) = (window, default, default);
        for (var slot = 0; slot < _sums.Length; slot++)
        {
            if (forgotten.Has(slot)) _sums[slot] = default;
            else if (window.Has(slot)) _now.Add(_sums[slot]);
            else _before.Add(_sums[slot]);
        }
        foreach (var counted in (ReadOnlySpan<Distinct>)[_people, _buyers, _sessions, _carts, _checkouts, _ordered, _cartOrOrder]) counted.Slide(forgotten, window);
        foreach (var ranking in (ReadOnlySpan<Ranking>)[_products, _categories, _unmet]) ranking.Slide(forgotten, window);
    }

    /// <summary>Two keys turned out to be one person.</summary>
    public void Link(ulong alias, ulong person)
    {
        _people.Link(alias, person);
        _buyers.Link(alias, person);
    }

    public static ulong Hash(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));

    private void Mark(ulong session, SessionBits marks, int slot)
    {
        if ((marks & SessionBits.Cart) != 0) _carts.Add(session, slot);
        if ((marks & SessionBits.Checkout) != 0) _checkouts.Add(session, slot);
        if ((marks & SessionBits.Order) != 0) _ordered.Add(session, slot);
        if ((marks & (SessionBits.Cart | SessionBits.Order)) != 0) _cartOrOrder.Add(session, slot);
    }

    private ulong Person(ulong key) => links.Count == 0 ? key : links.GetValueOrDefault(key, key);

    private KpiValues Values(in Sums sums, Func<Distinct, int> count) => new()
    {
        Events = sums.Events,
        ActivePeople = count(_people),
        Sessions = count(_sessions),
        Carts = count(_carts),
        Checkouts = count(_checkouts),
        SessionsWithOrder = count(_ordered),
        AbandonedCarts = count(_cartOrOrder) - count(_ordered),
        ProductViews = sums.ProductViews,
        Orders = sums.Orders,
        Customers = count(_buyers),
        Units = sums.Units,
        GrossRevenue = sums.Gross,
        Refunds = sums.Refunds,
        Adjustments = sums.Adjustments,
        Searches = sums.Searches,
        ZeroResultSearches = sums.ZeroResults,
    };
}

[Flags]
internal enum SessionBits : byte
{
    None = 0,
    Cart = 1,
    Checkout = 2,
    Order = 4,
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
}
