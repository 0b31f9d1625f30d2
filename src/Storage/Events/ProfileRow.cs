namespace BehaviorDashboard.Events;

/// <summary>A row of <c>profiles</c> as it is read.</summary>
internal sealed class ProfileRow
{
    public required string UserId { get; init; }
    public DateTimeOffset FirstSeen { get; init; }
    public DateTimeOffset LastSeen { get; init; }
    public long Events { get; init; }
    public long Sessions { get; init; }
    public long PageViews { get; init; }
    public long ProductViews { get; init; }
    public long Searches { get; init; }
    public long CartAdds { get; init; }
    public long Checkouts { get; init; }
    public long Orders { get; init; }
    public long Units { get; init; }
    public long Refunds { get; init; }
    public long Reviews { get; init; }
    public double RatingSum { get; init; }
    public decimal Revenue { get; init; }
    public decimal Refunded { get; init; }
    public DateTimeOffset? FirstOrderAt { get; init; }
    public DateTimeOffset? LastOrderAt { get; init; }
    public long DiscountedOrders { get; init; }
    public long Rated { get; init; }
    public double? RatingMin { get; init; }
    public DateTimeOffset? LastRatedAt { get; init; }
    public double? LastRating { get; init; }
    public string? Traits { get; init; }

    public ProfileDelta ToDelta(string key) => new(key)
    {
        FirstSeen = FirstSeen,
        LastSeen = LastSeen,
        Events = Events,
        Sessions = Sessions,
        PageViews = PageViews,
        ProductViews = ProductViews,
        Searches = Searches,
        CartAdds = CartAdds,
        Checkouts = Checkouts,
        Orders = Orders,
        Units = Units,
        Refunds = Refunds,
        Reviews = Reviews,
        RatingSum = RatingSum,
        Revenue = Revenue,
        Refunded = Refunded,
        FirstOrderAt = FirstOrderAt,
        LastOrderAt = LastOrderAt,
        DiscountedOrders = DiscountedOrders,
        Rated = Rated,
        RatingMin = RatingMin,
        LastRatedAt = LastRatedAt,
        LastRating = LastRating,
    };
}
