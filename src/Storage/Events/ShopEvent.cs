namespace BehaviorDashboard.Events;

/// <summary>One row of <c>events</c> on its way into the store. The writer fills <see cref="PersonKey"/> and, where missing, the session.</summary>
public sealed class ShopEvent
{
    /// <summary>The sender's own id of the event; the same id is stored once, however often it is sent.</summary>
    public required string MessageId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>One of <see cref="EventTypes"/>.</summary>
    public required string Type { get; init; }

    public required string Name { get; init; }

    /// <summary>Where it came from: an API key's id, or <c>import:</c> and the import's id.</summary>
    public required string SourceId { get; init; }

    /// <summary>The shop's user id as sent; an empty one is none (<see cref="Ids.PersonKey.Nobody"/> is no person).</summary>
    public string? UserId { get; init => field = value is "" ? null : value; }

    public string? AnonymousId { get; init; }

    /// <summary>For <c>alias</c>: the key that turned out to be <see cref="UserId"/>.</summary>
    public string? PreviousId { get; init; }

    public string? SessionId { get; set; }

    /// <summary>True for facts that were not part of a visit, such as an imported order: no session is derived.</summary>
    public bool OutsideSessions { get; init; }

    public string? ProductId { get; init; }

    public string? Category { get; init; }

    public decimal? Price { get; init; }

    public int? Quantity { get; init; }

    public string? Currency { get; init; }

    public decimal? Revenue { get; init; }

    public string? OrderId { get; init; }

    public string? CampaignId { get; init; }

    public string? RecommendationId { get; init; }

    public string? Query { get; init; }

    public double? Rating { get; init; }

    public string? Url { get; init; }

    /// <summary>JSON object of everything that has no column; null when there is nothing.</summary>
    public string? Properties { get; init; }

    /// <summary>JSON object of traits to set (null values remove); goes to the profile, never into <c>events</c>.</summary>
    public string? Traits { get; init; }

    /// <summary>The person's key after known identities were applied; null when nobody is named. Set by the writer.</summary>
    public string? PersonKey { get; internal set; }

    /// <summary>The key the event is stored under; another than <see cref="PersonKey"/> while a merge, which can be undone, makes them one. Set by the writer.</summary>
    public string? StoredKey { get; internal set; }

    /// <summary>The key the event came with when it differs from <see cref="StoredKey"/>. Set by the writer.</summary>
    public string? GivenKey { get; internal set; }

    /// <summary>Whether its session was counted as a new one. Set by the writer.</summary>
    internal bool BeganSession { get; set; }
}

/// <summary>Values of <c>events.type</c>.</summary>
public static class EventTypes
{
    public const string Track = "track";
    public const string Page = "page";
    public const string Screen = "screen";
    public const string Identify = "identify";
    public const string Group = "group";
    public const string Alias = "alias";

    /// <summary>A product line of the order or refund with the same <c>order_id</c> and name.</summary>
    public const string Item = "item";
}

/// <summary>Event names with a meaning of their own: Segment's e-commerce v2.</summary>
public static class EventNames
{
    public const string ProductsSearched = "Products Searched";
    public const string ProductListViewed = "Product List Viewed";
    public const string ProductViewed = "Product Viewed";
    public const string ProductAdded = "Product Added";
    public const string ProductRemoved = "Product Removed";
    public const string CartViewed = "Cart Viewed";
    public const string CheckoutStarted = "Checkout Started";
    public const string OrderCompleted = "Order Completed";
    public const string OrderRefunded = "Order Refunded";
    /// <summary>Money gained or lost outside orders and refunds, such as a bad debt; part of net revenue.</summary>
    public const string RevenueAdjusted = "Revenue Adjusted";

    /// <summary>Units found, lost or given away; no revenue.</summary>
    public const string StockAdjusted = "Stock Adjusted";

    public const string ProductReviewed = "Product Reviewed";
}
