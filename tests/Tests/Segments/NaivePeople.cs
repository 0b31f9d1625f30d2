using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Tests.Segments;

/// <summary>The people of a store as the naive reading sees them.</summary>
internal static class NaivePeople
{
    private sealed record Row(string Key, string? Traits);

    /// <summary>People from the events alone: which keys are one person is all that is taken from the store.</summary>
    /// <param name="figures">What another slice says of a person.</param>
    public static async Task<List<NaivePerson>> FromAsync(Database database, Func<string, IReadOnlyDictionary<string, decimal?>>? figures = null)
    {
        var events = await database.QueryAsync<StoredEvent>("""
            select coalesce(i.user_id, e.user_id) as Person, e.message_id as MessageId, e.occurred_at as OccurredAt, e.type as Type, e.name as Name, e.product_id as ProductId, e.category as Category,
                e.price as Price, e.quantity as Quantity, e.revenue as Revenue, e.order_id as OrderId, e.rating as Rating, cast(e.properties as text) as Properties
            from events e left join identities i on i.alias = e.user_id
            """);
        var traits = (await database.QueryAsync<Row>("select user_id as Key, cast(traits as text) as Traits from profiles")).ToDictionary(r => r.Key, r => r.Traits);
        return [.. events.GroupBy(e => e.Person).Select(g => new NaivePerson(g.Key, [.. g.Select(e => e.Event())], Traits(traits[g.Key])) { Figures = figures?.Invoke(g.Key) ?? new Dictionary<string, decimal?>() })];
    }

    private static Dictionary<string, string?> Traits(string? json)
    {
        if (json is null) return [];
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind != System.Text.Json.JsonValueKind.Null).ToDictionary(p => p.Name, p => (string?)p.Value.ToString());
    }

    private sealed record StoredEvent(string Person, string MessageId, DateTimeOffset OccurredAt, string Type, string Name, string? ProductId, string? Category, decimal? Price, int? Quantity, decimal? Revenue, string? OrderId, double? Rating, string? Properties)
    {
        public ShopEvent Event() => new()
        {
            MessageId = MessageId, ReceivedAt = OccurredAt, OccurredAt = OccurredAt, Type = Type, Name = Name, SourceId = "", ProductId = ProductId, Category = Category,
            Price = Price, Quantity = Quantity, Revenue = Revenue, OrderId = OrderId, Rating = Rating, Properties = Properties,
        };
    }
}
