using BehaviorDashboard.Events;

namespace BehaviorDashboard.Testing;

/// <summary>Short builders of test facts.</summary>
public static class Make
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public static ShopEvent Event(string id, string name = "Thing Done", string? user = "u1", string? anonymous = null, DateTimeOffset? at = null,
        string type = EventTypes.Track, decimal? revenue = null, string? order = null, string? product = null, int? quantity = null,
        decimal? price = null, string? session = null, string? traits = null, string? properties = null, string? previous = null,
        double? rating = null, string? currency = null, string source = "test", string? query = null, DateTimeOffset? received = null, string? campaign = null, string? category = null) => new()
        {
            MessageId = id,
            ReceivedAt = received ?? at ?? Noon,
            OccurredAt = at ?? Noon,
            Type = type,
            Name = name,
            SourceId = source,
            UserId = user,
            AnonymousId = anonymous,
            PreviousId = previous,
            SessionId = session,
            ProductId = product,
            Category = category,
            Quantity = quantity,
            Price = price,
            Revenue = revenue,
            Currency = currency,
            OrderId = order,
            Query = query,
            Rating = rating,
            CampaignId = campaign,
            Traits = traits,
            Properties = properties,
        };
}
