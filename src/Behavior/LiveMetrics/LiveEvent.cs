using BehaviorDashboard.Events;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>What one event adds to the standing of its product and category.</summary>
internal readonly record struct Shares(int Views, int Units, decimal Revenue);

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
