using BehaviorDashboard.Events;

namespace BehaviorDashboard.Recommendations;

/// <summary>Which events tell an interest in a product, and how strong a one.</summary>
internal static class Interest
{
    public const string Wished = "Product Added to Wishlist";
    public const string RecommendationViewed = "Recommendation Viewed";
    public const string RecommendationClicked = "Recommendation Clicked";
    public const float Bought = 5, InCart = 3, Viewed = 1;

    public static string[] Names { get; } = [EventNames.ProductViewed, EventNames.ProductAdded, Wished];

    /// <summary>The same weights in SQL over <c>events e</c>.</summary>
    public const string Weight = "case when e.type = 'item' then 5 when e.name in ('Product Added', 'Product Added to Wishlist') then 3 else 1 end";

    public const string Which = "((e.type = 'track' and e.name in ('Product Viewed', 'Product Added', 'Product Added to Wishlist')) or (e.type = 'item' and e.name = 'Order Completed'))";

    /// <returns>Null for what tells none.</returns>
    public static Touch? Of(ShopEvent e)
    {
        if (e.ProductId is not { } product) return null;
        if (e is { Type: EventTypes.Item, Name: EventNames.OrderCompleted }) return new Touch(product, Bought, e.OccurredAt, e.OccurredAt, false);
        if (e.Type != EventTypes.Track) return null;
        return e.Name switch
        {
            EventNames.ProductViewed => new Touch(product, Viewed, e.OccurredAt, null, false),
            EventNames.ProductAdded => new Touch(product, InCart, e.OccurredAt, null, true),
            Wished => new Touch(product, InCart, e.OccurredAt, null, false),
            _ => null,
        };
    }
}
