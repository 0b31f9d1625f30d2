using System.Runtime.InteropServices;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>What a product or category is ranked by, over one stretch of time.</summary>
internal sealed class Standing
{
    public long Views, Units;
    public decimal Revenue;

    public bool IsNothing => Views == 0 && Units == 0 && Revenue == 0;

    public void Add(in Shares by)
    {
        Views += by.Views;
        Units += by.Units;
        if (by.Revenue != 0) Revenue += by.Revenue;
    }
}

/// <summary>What one event adds to the standing of its product and category.</summary>
internal readonly record struct Shares(long Views, long Units, decimal Revenue)
{
    public static Shares Of(Standing standing, int sign) => new(standing.Views * sign, standing.Units * sign, standing.Revenue * sign);
}

/// <summary>Everything that happened in one short stretch of time, mergeable with its neighbours.</summary>
internal sealed class Bucket
{
    private const int MostProducts = 20_000;

    public HashSet<ulong> People { get; } = [];

    /// <summary>People who ordered.</summary>
    public HashSet<ulong> Buyers { get; } = [];

    public Dictionary<ulong, SessionBits> Sessions { get; } = [];

    public Dictionary<string, Standing> Products { get; } = [];

    public Dictionary<string, Standing> Categories { get; } = [];

    public Dictionary<string, long> Unmet { get; } = [];

    public Sums Sums;

    /// <summary>Gives back the room that growing took: its time is over, and what comes late is little.</summary>
    public void Trim()
    {
        People.TrimExcess();
        Buyers.TrimExcess();
        Sessions.TrimExcess();
        Products.TrimExcess();
        Categories.TrimExcess();
        Unmet.TrimExcess();
    }

    /// <summary>Folds an event in, and into the tally of the window over it what the bucket did not hold already.</summary>
    public void Fold(in LiveEvent e, Tally window)
    {
        Sums.Add(e.Sums);
        window.Add(e.Sums);
        if (e.Person is { } person && People.Add(person)) window.CountPerson(person);
        if (e.Buyer is { } buyer && Buyers.Add(buyer)) window.CountBuyer(buyer);
        if (e.Session is { } session)
        {
            ref var marks = ref CollectionsMarshal.GetValueRefOrAddDefault(Sessions, session, out var known);
            var fresh = (e.Marks | (known ? SessionBits.None : SessionBits.Seen)) & ~marks;
            marks |= e.Marks;
            if (fresh != 0) window.Mark(session, fresh, +1);
        }
        if (e.Product is not null && Rank(Products, e.Product, e.Shares)) window.RankProduct(e.Product, e.Shares);
        if (e.Category is not null && Rank(Categories, e.Category, e.Shares)) window.RankCategory(e.Category, e.Shares);
        if (e.Unmet is null || (Unmet.Count >= MostProducts && !Unmet.ContainsKey(e.Unmet))) return;
        CollectionsMarshal.GetValueRefOrAddDefault(Unmet, e.Unmet, out _)++;
        window.Search(e.Unmet, +1);
    }

    /// <summary>Beyond a bound, products not yet in the bucket are left out of its ranking.</summary>
    private static bool Rank(Dictionary<string, Standing> all, string id, in Shares by)
    {
        if (all.Count >= MostProducts && !all.ContainsKey(id)) return false;
        ref var standing = ref CollectionsMarshal.GetValueRefOrAddDefault(all, id, out _);
        (standing ??= new Standing()).Add(by);
        return true;
    }
}

/// <summary>A stored event as the windows see it.</summary>
internal readonly record struct LiveEvent(DateTimeOffset At, Sums Sums, ulong? Person, ulong? Buyer, ulong? Session, SessionBits Marks, string? Product, string? Category, Shares Shares, string? Unmet)
{
    public static LiveEvent Of(ShopEvent e, string shopCurrency) =>
        Of(e.OccurredAt, e.Type, e.Name, e.PersonKey, e.SessionId, e.ProductId, e.Category, e.Price, e.Quantity, e.Currency, e.Revenue, e.Query, IsZeroResult(e) ? "0" : null, shopCurrency);

    public static LiveEvent Of(DateTimeOffset at, string type, string name, string? person, string? session, string? product, string? category, decimal? price, int? quantity, string? currency, decimal? revenue, string? query, string? results, string shopCurrency)
    {
        var sums = new Sums();
        var inCurrency = currency is null || currency == shopCurrency;
        var isOrderLine = type == EventTypes.Item && name == EventNames.OrderCompleted;
        if (type == EventTypes.Item)
        {
            if (!isOrderLine) return new LiveEvent(at, sums, null, null, null, 0, null, null, default, null);
            sums.Units = quantity ?? 0;
            var worth = inCurrency ? (price ?? 0) * (quantity ?? 0) : 0;
            return new LiveEvent(at, sums, null, null, null, 0, product, category, new Shares(0, quantity ?? 0, worth), null);
        }
        sums.Events = 1;
        var marks = name switch
        {
            EventNames.ProductAdded => SessionBits.Cart,
            EventNames.CheckoutStarted => SessionBits.Checkout,
            EventNames.OrderCompleted => SessionBits.Order,
            _ => SessionBits.None,
        };
        var isTrack = type == EventTypes.Track;
        var isView = isTrack && name == EventNames.ProductViewed;
        var isUnmet = isTrack && name == EventNames.ProductsSearched && results == "0";
        if (isView) sums.ProductViews = 1;
        if (isTrack && name == EventNames.OrderCompleted) sums.Orders = 1;
        if (isTrack && name == EventNames.ProductsSearched) sums.Searches = 1;
        if (isUnmet) sums.ZeroResults = 1;
        if (isTrack && inCurrency && revenue is { } amount)
        {
            if (name == EventNames.OrderCompleted) sums.Gross = amount;
            if (name == EventNames.OrderRefunded) sums.Refunds = -amount;
            if (name == EventNames.RevenueAdjusted) sums.Adjustments = amount;
        }
        var who = person is null ? (ulong?)null : Tally.Hash(person);
        var buyer = isTrack && name == EventNames.OrderCompleted && person is not null ? who : null;
        return new LiveEvent(at, sums, who, buyer, session is null ? null : Tally.Hash(session), marks,
            isView ? product : null, isView ? category : null, new Shares(1, 0, 0), isUnmet ? query : null);
    }

    private static bool IsZeroResult(ShopEvent e)
    {
        if (e.Name != EventNames.ProductsSearched || e.Properties is null) return false;
        using var properties = System.Text.Json.JsonDocument.Parse(e.Properties);
        return properties.RootElement.TryGetProperty("results", out var results) && results.ToString() == "0";
    }
}
