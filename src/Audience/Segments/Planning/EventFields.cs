namespace BehaviorDashboard.Segments;

/// <summary>An event's property that has a column of its own.</summary>
internal sealed record EventField(string Name, bool IsNumber);

internal static class EventFields
{
    private static readonly Dictionary<string, EventField> Fields = new[]
    {
        new EventField("product_id", false), new("category", false), new("price", true), new("quantity", true), new("currency", false), new("revenue", true),
        new("order_id", false), new("campaign_id", false), new("recommendation_id", false), new("query", false), new("rating", true), new("url", false),
    }.ToDictionary(f => f.Name);

    /// <returns>Null: the property lies in the event's JSON.</returns>
    public static EventField? Column(string property) => Fields.GetValueOrDefault(property);
}
