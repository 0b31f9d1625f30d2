using System.Runtime.InteropServices;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>What one event adds to its bucket, so that the window over it can follow. Null: nothing new there.</summary>
internal readonly record struct BucketChange(Sums Sums, ulong? Person, ulong? Buyer, ulong? Session, SessionBits Marks, Ranked? Product, Ranked? Category, string? Unmet);

/// <summary>Everything that happened in one short stretch of time, mergeable with its neighbours.</summary>
internal sealed class Bucket
{
    private const int MostProducts = 20_000;

    public HashSet<ulong> People { get; } = [];

    /// <summary>People who ordered.</summary>
    public HashSet<ulong> Buyers { get; } = [];

    public Dictionary<ulong, SessionBits> Sessions { get; } = [];

    public Dictionary<string, Ranked> Products { get; } = [];

    public Dictionary<string, Ranked> Categories { get; } = [];

    public Dictionary<string, long> Unmet { get; } = [];

    public Sums Sums;

    /// <summary>Folds an event in; what the bucket held already is not reported again.</summary>
    public BucketChange Fold(in LiveEvent e)
    {
        var change = new BucketChange(e.Sums,
            e.Person is { } person && People.Add(person) ? person : null,
            e.Buyer is { } buyer && Buyers.Add(buyer) ? buyer : null,
            e.Session, SessionBits.None, e.Product, e.Category, e.Unmet);
        Sums.Add(e.Sums, 1);
        if (e.Session is { } session)
        {
            ref var marks = ref CollectionsMarshal.GetValueRefOrAddDefault(Sessions, session, out var known);
            var bits = e.Marks | (known ? SessionBits.None : SessionBits.Seen);
            change = change with { Marks = bits & ~marks };
            marks |= e.Marks;
        }
        if (!Rank(Products, e.Product)) change = change with { Product = null };
        if (!Rank(Categories, e.Category)) change = change with { Category = null };
        if (e.Unmet is not null && (Unmet.Count < MostProducts || Unmet.ContainsKey(e.Unmet))) CollectionsMarshal.GetValueRefOrAddDefault(Unmet, e.Unmet, out _)++;
        else change = change with { Unmet = null };
        return change;
    }

    /// <summary>Beyond a bound, products not yet in the bucket are left out of its ranking.</summary>
    private static bool Rank(Dictionary<string, Ranked> all, Ranked? by)
    {
        if (by is null || (all.Count >= MostProducts && !all.ContainsKey(by.Id))) return false;
        ref var ranked = ref CollectionsMarshal.GetValueRefOrAddDefault(all, by.Id, out _);
        ranked = ranked is null ? by : new Ranked(by.Id, ranked.Views + by.Views, ranked.Units + by.Units, ranked.Revenue + by.Revenue);
        return true;
    }
}

/// <summary>A stored event as the windows see it.</summary>
internal readonly record struct LiveEvent(DateTimeOffset At, Sums Sums, ulong? Person, ulong? Buyer, ulong? Session, SessionBits Marks, Ranked? Product, Ranked? Category, string? Unmet)
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
            if (!isOrderLine) return new LiveEvent(at, sums, null, null, null, 0, null, null, null);
            sums.Units = quantity ?? 0;
            var worth = inCurrency ? (price ?? 0) * (quantity ?? 0) : 0;
            return new LiveEvent(at, sums, null, null, null, 0, product is null ? null : new Ranked(product, 0, quantity ?? 0, worth), category is null ? null : new Ranked(category, 0, quantity ?? 0, worth), null);
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
            isView && product is not null ? new Ranked(product, 1, 0, 0) : null, isView && category is not null ? new Ranked(category, 1, 0, 0) : null, isUnmet ? query : null);
    }

    private static bool IsZeroResult(ShopEvent e)
    {
        if (e.Name != EventNames.ProductsSearched || e.Properties is null) return false;
        using var properties = System.Text.Json.JsonDocument.Parse(e.Properties);
        return properties.RootElement.TryGetProperty("results", out var results) && results.ToString() == "0";
    }
}
