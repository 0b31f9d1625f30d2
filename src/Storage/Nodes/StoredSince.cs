using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Nodes;

/// <summary>Reads from the store what came since a moment, as its listeners would have been told.</summary>
internal sealed class StoredSince(Database database)
{
    private const string Events = """
        select e.message_id as MessageId, e.received_at as ReceivedAt, e.occurred_at as OccurredAt, e.type as Type, e.name as Name, e.source_id as SourceId, nullif(e.user_id, '') as StoredKey,
            coalesce(i.user_id, nullif(e.user_id, '')) as PersonKey, e.anonymous_id as AnonymousId, e.session_id as SessionId, e.product_id as ProductId, e.category as Category, e.price as Price,
            e.quantity as Quantity, e.currency as Currency, e.revenue as Revenue, e.order_id as OrderId, e.campaign_id as CampaignId, e.recommendation_id as RecommendationId, e.query as Query,
            e.rating as Rating, case when e.name = 'Products Searched' then cast(e.properties as text) end as Properties
        from events e left join identities i on i.alias = e.user_id where e.received_at >= @Since
        """;

    private const string Links = "select alias as Alias, user_id as PersonKey, kind as Kind, since as Since, coalesce(own_id, user_id) as Owner from identities where since >= @Since";

    private sealed record Row(string MessageId, DateTimeOffset ReceivedAt, DateTimeOffset OccurredAt, string Type, string Name, string SourceId, string? StoredKey, string? PersonKey, string? AnonymousId, string? SessionId,
        string? ProductId, string? Category, decimal? Price, int? Quantity, string? Currency, decimal? Revenue, string? OrderId, string? CampaignId, string? RecommendationId, string? Query, double? Rating, string? Properties);

    public Task<IReadOnlyList<IdentityLink>> LinksAsync(DateTimeOffset since, CancellationToken cancel) => database.QueryAsync<IdentityLink>(Links, new { Since = since }, cancel);

    public Task<bool> EventsAsync(DateTimeOffset since, Action<ShopEvent> take, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        await foreach (var r in session.StreamAsync<Row>(Events, new { Since = since }).WithCancellation(cancel))
            take(new ShopEvent
            {
                MessageId = r.MessageId, ReceivedAt = r.ReceivedAt, OccurredAt = r.OccurredAt, Type = r.Type, Name = r.Name, SourceId = r.SourceId, StoredKey = r.StoredKey, PersonKey = r.PersonKey,
                AnonymousId = r.AnonymousId, SessionId = r.SessionId, ProductId = r.ProductId, Category = r.Category, Price = r.Price, Quantity = r.Quantity, Currency = r.Currency, Revenue = r.Revenue,
                OrderId = r.OrderId, CampaignId = r.CampaignId, RecommendationId = r.RecommendationId, Query = r.Query, Rating = r.Rating, Properties = r.Properties,
                // Whether its session was counted as a new one is not known: where this node counted it too, it is counted again.
                BeganSession = true,
            });
        return true;
    }, cancel);
}
