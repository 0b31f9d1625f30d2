using BehaviorDashboard.Events;

namespace BehaviorDashboard.Profiles;

/// <summary>One event of a person's timeline.</summary>
public sealed record TimelineEvent(string MessageId, DateTimeOffset At, string Type, string Name, string? SessionId, string? ProductId, string? OrderId, decimal? Revenue, string? Currency,
    string? Query, double? Rating, string? Url, string? Properties, string SourceId, string? GivenKey);

/// <summary>Kinds of events by which a timeline can be narrowed.</summary>
public static class TimelineKinds
{
    private static readonly Dictionary<string, (string[] Names, string[] Types)> Known = new()
    {
        ["orders"] = ([EventNames.OrderCompleted, EventNames.OrderRefunded, EventNames.RevenueAdjusted], []),
        ["carts"] = ([EventNames.ProductAdded, EventNames.ProductRemoved, EventNames.CartViewed, EventNames.CheckoutStarted], []),
        ["views"] = ([EventNames.ProductViewed, EventNames.ProductListViewed], [EventTypes.Page, EventTypes.Screen]),
        ["searches"] = ([EventNames.ProductsSearched], []),
        ["reviews"] = ([EventNames.ProductReviewed], []),
        ["details"] = ([], [EventTypes.Identify, EventTypes.Alias, EventTypes.Group]),
    };

    public static IReadOnlyCollection<string> All => Known.Keys;

    /// <returns>Null for everything, also where the kind is none of ours.</returns>
    internal static (string[] Names, string[] Types)? Find(string? kind) => kind is not null && Known.TryGetValue(kind, out var found) ? found : null;
}
