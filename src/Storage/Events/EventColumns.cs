namespace BehaviorDashboard.Events;

/// <summary>The columns of <c>events</c> in table order, as whoever writes whole rows names them.</summary>
public static class EventColumns
{
    public const string All = """
        message_id, received_at, occurred_at, user_id, given_id, anonymous_id, session_id, type, name, product_id, category,
        price, quantity, currency, revenue, order_id, campaign_id, recommendation_id, query, rating, url, properties, source_id
        """;
}
