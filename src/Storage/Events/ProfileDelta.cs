using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Events;

/// <summary>What events add to a person's running row; also the shape of the row's counters.</summary>
internal sealed class ProfileDelta(string userId)
{
    public string UserId { get; } = userId;

    public bool IsKnown => !PersonKey.IsAnonymous(UserId);

    public DateTimeOffset FirstSeen { get; set; } = DateTimeOffset.MaxValue;
    public DateTimeOffset LastSeen { get; set; } = DateTimeOffset.MinValue;
    public long Events { get; set; }
    public long Sessions { get; set; }
    public long PageViews { get; set; }
    public long ProductViews { get; set; }
    public long Searches { get; set; }
    public long CartAdds { get; set; }
    public long Checkouts { get; set; }
    public long Orders { get; set; }
    public long Units { get; set; }
    public long Refunds { get; set; }
    public long Reviews { get; set; }
    public double RatingSum { get; set; }
    public decimal Revenue { get; set; }
    public decimal Refunded { get; set; }
    public DateTimeOffset? FirstOrderAt { get; set; }
    public DateTimeOffset? LastOrderAt { get; set; }

    /// <summary>Orders with a discount; see <see cref="Discounts"/>.</summary>
    public long DiscountedOrders { get; set; }

    /// <summary>Reviews that carry a rating.</summary>
    public long Rated { get; set; }

    public double? RatingMin { get; set; }
    public DateTimeOffset? LastRatedAt { get; set; }

    /// <summary>The rating given last; of two at the same instant the lower, so that the order of arrival does not matter.</summary>
    public double? LastRating { get; set; }

    /// <summary>Whether there is anything of orders, refunds and reviews.</summary>
    public bool HasOrders => Orders != 0 || Units != 0 || Refunds != 0 || Reviews != 0;

    /// <summary>Adds one stored event. <see cref="ProfileStore.Recompute"/> is the same definition in SQL.</summary>
    /// <param name="newSession">Whether the event opens a session not seen before.</param>
    /// <param name="shopCurrency">Amounts in another currency are left out of the sums.</param>
    public void Add(ShopEvent e, bool newSession, string shopCurrency)
    {
        if (e.OccurredAt < FirstSeen) FirstSeen = e.OccurredAt;
        if (e.OccurredAt > LastSeen) LastSeen = e.OccurredAt;
        if (newSession) Sessions++;
        if (e.Type == EventTypes.Item)
        {
            if (e.Name is EventNames.OrderCompleted or EventNames.OrderRefunded) Units += e.Quantity ?? 0;
            return;
        }
        Events++;
        if (e.Type is EventTypes.Page or EventTypes.Screen) PageViews++;
        if (e.Type != EventTypes.Track) return;
        switch (e.Name)
        {
            case EventNames.ProductViewed: ProductViews++; break;
            case EventNames.ProductsSearched: Searches++; break;
            case EventNames.ProductAdded: CartAdds++; break;
            case EventNames.CheckoutStarted: Checkouts++; break;
            case EventNames.ProductReviewed:
                Reviews++;
                RatingSum += e.Rating ?? 0;
                if (e.Rating is { } rating) Rate(1, rating, e.OccurredAt, rating);
                break;
            case EventNames.OrderCompleted:
                Orders++;
                if (Discounts.IsDiscounted(e.Properties)) DiscountedOrders++;
                if (InShopCurrency(e, shopCurrency)) Revenue += e.Revenue ?? 0;
                if (FirstOrderAt is null || e.OccurredAt < FirstOrderAt) FirstOrderAt = e.OccurredAt;
                if (LastOrderAt is null || e.OccurredAt > LastOrderAt) LastOrderAt = e.OccurredAt;
                break;
            case EventNames.OrderRefunded:
                Refunds++;
                if (InShopCurrency(e, shopCurrency)) Refunded -= e.Revenue ?? 0;
                break;
        }
    }

    /// <summary>Adds another row of the same person, when two keys turn out to be one.</summary>
    public void Add(ProfileDelta other)
    {
        FirstSeen = other.FirstSeen < FirstSeen ? other.FirstSeen : FirstSeen;
        LastSeen = other.LastSeen > LastSeen ? other.LastSeen : LastSeen;
        Events += other.Events;
        Sessions += other.Sessions;
        PageViews += other.PageViews;
        ProductViews += other.ProductViews;
        Searches += other.Searches;
        CartAdds += other.CartAdds;
        Checkouts += other.Checkouts;
        Orders += other.Orders;
        Units += other.Units;
        Refunds += other.Refunds;
        Reviews += other.Reviews;
        RatingSum += other.RatingSum;
        Revenue += other.Revenue;
        Refunded += other.Refunded;
        DiscountedOrders += other.DiscountedOrders;
        if (other.LastRatedAt is { } rated) Rate(other.Rated, other.RatingMin!.Value, rated, other.LastRating!.Value);
        if (other.FirstOrderAt < (FirstOrderAt ?? DateTimeOffset.MaxValue)) FirstOrderAt = other.FirstOrderAt;
        if (other.LastOrderAt > (LastOrderAt ?? DateTimeOffset.MinValue)) LastOrderAt = other.LastOrderAt;
    }

    private void Rate(long count, double least, DateTimeOffset at, double last)
    {
        Rated += count;
        if (RatingMin is null || least < RatingMin) RatingMin = least;
        if (LastRatedAt is null || at > LastRatedAt || (at == LastRatedAt && last < LastRating)) (LastRatedAt, LastRating) = (at, last);
    }

    private static bool InShopCurrency(ShopEvent e, string shopCurrency) => e.Currency is null || e.Currency == shopCurrency;
}
