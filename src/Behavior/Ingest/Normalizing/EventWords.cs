using BehaviorDashboard.Events;

namespace BehaviorDashboard.Ingest;

/// <summary>Names under which shops send the same thing: Segment's own, GA4's, PostHog's and Braze's.</summary>
internal static class EventWords
{
    private const string CartUpdated = "Cart Updated";

    /// <summary>Event names of other vocabularies. What is not here is kept as it was sent.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        // Google Analytics 4, recommended e-commerce events
        ["view_item"] = EventNames.ProductViewed,
        ["view_item_list"] = EventNames.ProductListViewed,
        ["select_item"] = "Product Clicked",
        ["add_to_cart"] = EventNames.ProductAdded,
        ["remove_from_cart"] = EventNames.ProductRemoved,
        ["view_cart"] = EventNames.CartViewed,
        ["begin_checkout"] = EventNames.CheckoutStarted,
        ["add_shipping_info"] = "Checkout Step Completed",
        ["add_payment_info"] = "Payment Info Entered",
        ["purchase"] = EventNames.OrderCompleted,
        ["refund"] = EventNames.OrderRefunded,
        ["search"] = EventNames.ProductsSearched,
        ["view_search_results"] = EventNames.ProductsSearched,
        ["add_to_wishlist"] = "Product Added to Wishlist",
        ["view_promotion"] = "Promotion Viewed",
        ["select_promotion"] = "Promotion Clicked",
        // Braze, e-commerce recommended events
        ["ecommerce.product_viewed"] = EventNames.ProductViewed,
        ["ecommerce.cart_updated"] = CartUpdated,
        ["ecommerce.checkout_started"] = EventNames.CheckoutStarted,
        ["ecommerce.order_placed"] = EventNames.OrderCompleted,
        ["ecommerce.order_refunded"] = EventNames.OrderRefunded,
        ["ecommerce.order_cancelled"] = "Order Cancelled",
        // Segment's older names
        ["Viewed Product"] = EventNames.ProductViewed,
        ["Viewed Product Category"] = EventNames.ProductListViewed,
        ["Added Product"] = EventNames.ProductAdded,
        ["Removed Product"] = EventNames.ProductRemoved,
        ["Completed Order"] = EventNames.OrderCompleted,
    };

    public static string Canonical(string name) => Names.GetValueOrDefault(name, name);

    /// <summary>Braze says in a property what changed in the cart.</summary>
    public static string CartChange(string name, string? action) => name != CartUpdated ? name : action switch
    {
        "add" => EventNames.ProductAdded,
        "remove" => EventNames.ProductRemoved,
        _ => name,
    };

    /// <summary>Events about one product, which GA4 and Braze name in a list.</summary>
    public static bool IsOfOneProduct(string name) => name is EventNames.ProductViewed or EventNames.ProductAdded or EventNames.ProductRemoved or "Product Clicked" or "Product Added to Wishlist";

    /// <summary>Properties that have a column or a meaning of their own.</summary>
    public static readonly NameTable<Word> Properties = new(
        ("product_id", Word.ProductId), ("productId", Word.ProductId), ("item_id", Word.ProductId), ("sku", Word.Sku),
        ("category", Word.Category), ("item_category", Word.Category),
        ("price", Word.Price), ("quantity", Word.Quantity), ("currency", Word.Currency),
        ("revenue", Word.Revenue), ("value", Word.Value), ("subtotal", Word.Subtotal), ("subtotal_value", Word.Subtotal), ("total", Word.Total), ("total_value", Word.Total),
        ("tax", Word.Tax), ("shipping", Word.Shipping), ("discount", Word.Discount), ("total_discounts", Word.Discount), ("action", Word.Action),
        ("order_id", Word.OrderId), ("orderId", Word.OrderId), ("transaction_id", Word.OrderId),
        ("campaign_id", Word.CampaignId), ("recommendation_id", Word.RecommendationId),
        ("query", Word.Query), ("search_term", Word.Query), ("q", Word.Query),
        ("rating", Word.Rating), ("url", Word.Url), ("page_location", Word.Url), ("$current_url", Word.Url),
        ("session_id", Word.Session), ("sessionId", Word.Session), ("$session_id", Word.Session), ("ga_session_id", Word.Session),
        ("products", Word.Products), ("items", Word.Products),
        ("$set", Word.Set), ("$set_once", Word.Set), ("$anon_distinct_id", Word.AnonymousId), ("alias", Word.Alias), ("$device_id", Word.DeviceId), ("$is_identified", Word.Identified),
        ("distinct_id", Word.DistinctId), ("token", Word.Token));

    public static readonly NameTable<Field> Fields = new(
        ("type", Field.Type), ("event", Field.Event), ("name", Field.Name), ("userId", Field.UserId), ("user_id", Field.UserId),
        ("anonymousId", Field.AnonymousId), ("anonymous_id", Field.AnonymousId), ("distinct_id", Field.DistinctId), ("previousId", Field.PreviousId),
        ("groupId", Field.GroupId), ("messageId", Field.MessageId), ("message_id", Field.MessageId), ("uuid", Field.MessageId), ("timestamp", Field.Timestamp),
        ("originalTimestamp", Field.OriginalTimestamp), ("sentAt", Field.SentAt), ("sent_at", Field.SentAt), ("properties", Field.Properties),
        ("params", Field.Properties), ("traits", Field.Traits), ("$set", Field.Traits), ("context", Field.Context), ("category", Field.Category), ("offset", Field.Offset));
}

internal enum Word
{
    None,
    ProductId,
    Sku,
    Category,
    Price,
    Quantity,
    Currency,
    Revenue,
    Value,
    Subtotal,
    Total,
    Tax,
    Shipping,
    Discount,
    Action,
    OrderId,
    CampaignId,
    RecommendationId,
    Query,
    Rating,
    Url,
    Session,
    Products,
    Set,
    AnonymousId,
    DeviceId,
    Identified,
    DistinctId,
    Token,
    Alias,
}

internal enum Field
{
    None,
    Type,
    Event,
    Name,
    UserId,
    AnonymousId,
    DistinctId,
    PreviousId,
    GroupId,
    MessageId,
    Timestamp,
    OriginalTimestamp,
    SentAt,
    Properties,
    Traits,
    Context,
    Category,
    Offset,
}
