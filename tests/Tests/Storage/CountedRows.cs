using System.Globalization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>The running row of each person, as the store keeps it and as a full count of the events gives it.</summary>
internal static class CountedRows
{
    internal sealed record Row(string Person, long Events, long Sessions, long PageViews, long ProductViews, long Searches, long CartAdds, long Checkouts, long Orders, long Units, long Refunds,
        long Reviews, double RatingSum, decimal Revenue, decimal Refunded, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt,
        long DiscountedOrders, long Rated, double? RatingMin, DateTimeOffset? LastRatedAt, double? LastRating);

    private const string Running = """
        select user_id as Person, events as Events, sessions as Sessions, page_views as PageViews, product_views as ProductViews, searches as Searches, cart_adds as CartAdds,
            checkouts as Checkouts, orders as Orders, units as Units, refunds as Refunds, reviews as Reviews, rating_sum as RatingSum, revenue as Revenue, refunded as Refunded,
            first_seen as FirstSeen, last_seen as LastSeen, first_order_at as FirstOrderAt, last_order_at as LastOrderAt,
            discounted_orders as DiscountedOrders, rated as Rated, rating_min as RatingMin, last_rated_at as LastRatedAt, last_rating as LastRating
        from profiles
        """;

    private sealed record Stored(string Key, string Type, string Name, string? SessionId, DateTimeOffset At, int? Quantity, double? Rating, string? Currency, decimal? Revenue, string? Discount);

    private sealed record Alias(string Key, string Person);

    public static async Task<List<Row>> RunningAsync(TestStore store) => [.. (await store.Database.QueryAsync<Row>(Running)).OrderBy(r => r.Person, StringComparer.Ordinal)];

    public static async Task<List<Row>> CountAsync(TestStore store)
    {
        var aliases = (await store.Database.QueryAsync<Alias>("select alias as Key, user_id as Person from identities")).ToDictionary(a => a.Key, a => a.Person);
        var events = await store.Database.QueryAsync<Stored>("""
            select user_id as Key, type as Type, name as Name, session_id as SessionId, occurred_at as At, quantity as Quantity, rating as Rating, currency as Currency, revenue as Revenue, cast(properties ->> 'discount' as text) as Discount
            from events where user_id <> ''
            """);
        return [.. events.GroupBy(e => aliases.GetValueOrDefault(e.Key, e.Key)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Count(g.Key, [.. g]))];
    }

    private static Row Count(string person, List<Stored> all)
    {
        var tracks = all.Where(e => e.Type == EventTypes.Track).ToList();
        List<Stored> Named(string name) => [.. tracks.Where(e => e.Name == name)];
        var (orders, refunds, reviews) = (Named(EventNames.OrderCompleted), Named(EventNames.OrderRefunded), Named(EventNames.ProductReviewed));
        var rated = reviews.Where(e => e.Rating is not null).ToList();
        decimal Money(List<Stored> of) => of.Where(e => e.Currency is null or "USD").Sum(e => e.Revenue ?? 0);
        return new Row(person, all.Count(e => e.Type != EventTypes.Item), all.Select(e => e.SessionId).OfType<string>().Distinct().Count(), all.Count(e => e.Type is EventTypes.Page or EventTypes.Screen),
            Named(EventNames.ProductViewed).Count, Named(EventNames.ProductsSearched).Count, Named(EventNames.ProductAdded).Count, Named(EventNames.CheckoutStarted).Count, orders.Count,
            all.Where(e => e.Type == EventTypes.Item).Sum(e => e.Quantity ?? 0), refunds.Count, reviews.Count, reviews.Sum(e => e.Rating ?? 0), Money(orders), -Money(refunds),
            all.Min(e => e.At), all.Max(e => e.At), orders.Count == 0 ? null : orders.Min(e => e.At), orders.Count == 0 ? null : orders.Max(e => e.At),
            orders.Count(e => double.TryParse(e.Discount, CultureInfo.InvariantCulture, out var discount) && discount > 0), rated.Count, rated.Min(e => e.Rating), rated.Count == 0 ? null : rated.Max(e => e.At),
            rated.Where(e => e.At == rated.Max(r => r.At)).Min(e => e.Rating));
    }
}
