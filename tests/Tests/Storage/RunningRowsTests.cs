using System.Globalization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Storage;

/// <summary>
/// The running row of each person, kept commit by commit, is what their stored events say: whatever came late, twice, out of
/// order, under another key or after a restart. Sessions are exact as soon as they are settled (within a minute).
/// </summary>
public class RunningRowsTests
{
    private static readonly DateTimeOffset Start = Make.Noon.AddDays(-30);

    public static TheoryData<Engine, int> Worlds
    {
        get
        {
            var all = new TheoryData<Engine, int>();
            foreach (var engine in new[] { Engine.DuckDb, Engine.Postgres })
                for (var seed = 0; seed < 12; seed++) all.Add(engine, seed);
            return all;
        }
    }

    private sealed record Row(string Person, long Events, long Sessions, long PageViews, long ProductViews, long Searches, long CartAdds, long Checkouts, long Orders, long Units, long Refunds,
        long Reviews, double RatingSum, decimal Revenue, decimal Refunded, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, DateTimeOffset? FirstOrderAt, DateTimeOffset? LastOrderAt);

    private const string Running = """
        select user_id as Person, events as Events, sessions as Sessions, page_views as PageViews, product_views as ProductViews, searches as Searches, cart_adds as CartAdds,
            checkouts as Checkouts, orders as Orders, units as Units, refunds as Refunds, reviews as Reviews, rating_sum as RatingSum, revenue as Revenue, refunded as Refunded,
            first_seen as FirstSeen, last_seen as LastSeen, first_order_at as FirstOrderAt, last_order_at as LastOrderAt
        from profiles
        """;

    private sealed record Stored(string Key, string Type, string Name, string? SessionId, DateTimeOffset At, int? Quantity, double? Rating, string? Currency, decimal? Revenue);

    private sealed record Alias(string Key, string Person);

    [Theory, MemberData(nameof(Worlds))]
    public async Task They_equal_a_full_count_of_the_events(Engine engine, int seed)
    {
        Assert.SkipWhen(TestStore.Missing(engine) is not null, TestStore.Missing(engine) ?? "");
        await using var store = await TestStore.OpenAsync(engine);
        var random = new Random(seed);
        var sent = new List<ShopEvent>();
        for (var commit = 0; commit < 25; commit++)
        {
            var batch = Enumerable.Range(0, random.Next(1, 30)).SelectMany(_ => sent.Count > 0 && random.Next(8) == 0 ? [Again(sent[random.Next(sent.Count)])] : Something(random, sent.Count)).ToList();
            sent.AddRange(batch);
            await store.Writer.AppendAsync(batch);
            if (random.Next(8) > 0) continue;
            // The minutes that pass between such events pass here at once.
            await store.Writer.SettleAsync();
            await store.RestartAsync();
        }

        await store.Writer.SettleAsync();

        var running = (await store.Database.QueryAsync<Row>(Running)).OrderBy(r => r.Person, StringComparer.Ordinal).ToList();

        Assert.Equal(await CountedAsync(store), running);
        Assert.Equal(sent.Select(e => e.MessageId).Distinct().Count(), await store.Database.ScalarAsync<long>("select count(*) from events"));
        // Computed anew by the store itself they stay what they are.
        await store.Writer.ExclusiveAsync(s => s.RecomputeAsync([.. running.Select(r => r.Person)]));
        Assert.Equal(running, (await store.Database.QueryAsync<Row>(Running)).OrderBy(r => r.Person, StringComparer.Ordinal));
    }

    private static async Task<List<Row>> CountedAsync(TestStore store)
    {
        var aliases = (await store.Database.QueryAsync<Alias>("select alias as Key, user_id as Person from identities")).ToDictionary(a => a.Key, a => a.Person);
        var events = await store.Database.QueryAsync<Stored>("""
            select user_id as Key, type as Type, name as Name, session_id as SessionId, occurred_at as At, quantity as Quantity, rating as Rating, currency as Currency, revenue as Revenue
            from events where user_id is not null
            """);
        return [.. events.GroupBy(e => aliases.GetValueOrDefault(e.Key, e.Key)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Count(g.Key, [.. g]))];
    }

    private static Row Count(string person, List<Stored> all)
    {
        var tracks = all.Where(e => e.Type == EventTypes.Track).ToList();
        List<Stored> Named(string name) => [.. tracks.Where(e => e.Name == name)];
        var (orders, refunds, reviews) = (Named(EventNames.OrderCompleted), Named(EventNames.OrderRefunded), Named(EventNames.ProductReviewed));
        decimal Money(List<Stored> of) => of.Where(e => e.Currency is null or "USD").Sum(e => e.Revenue ?? 0);
        return new Row(person, all.Count(e => e.Type != EventTypes.Item), all.Select(e => e.SessionId).OfType<string>().Distinct().Count(), all.Count(e => e.Type is EventTypes.Page or EventTypes.Screen),
            Named(EventNames.ProductViewed).Count, Named(EventNames.ProductsSearched).Count, Named(EventNames.ProductAdded).Count, Named(EventNames.CheckoutStarted).Count, orders.Count,
            all.Where(e => e.Type == EventTypes.Item).Sum(e => e.Quantity ?? 0), refunds.Count, reviews.Count, reviews.Sum(e => e.Rating ?? 0), Money(orders), -Money(refunds),
            all.Min(e => e.At), all.Max(e => e.At), orders.Count == 0 ? null : orders.Min(e => e.At), orders.Count == 0 ? null : orders.Max(e => e.At));
    }

    /// <summary>One event, or an order or refund with its lines, of somebody at some time: often late, sometimes by weeks.</summary>
    private static List<ShopEvent> Something(Random random, int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"m{number}-{random.NextInt64():x}");
        var device = random.Next(4) > 0 ? $"d{random.Next(12)}" : null;
        var user = device is null || random.Next(4) == 0 ? $"u{random.Next(6)}" : null;
        var at = Start.AddMinutes(random.Next(3) == 0 ? random.Next(30 * 24 * 60) : 30 * 24 * 60 + number * 3);
        var session = random.Next(3) == 0 ? $"{device ?? user}-{at:yyyyMMdd}" : null;
        var currency = random.Next(6) == 0 ? "EUR" : random.Next(2) == 0 ? "USD" : null;
        ShopEvent Of(string name, string type = EventTypes.Track, decimal? revenue = null, double? rating = null, string? previous = null) =>
            Make.Event(id, name, user, device, at, type, revenue, session: session, rating: rating, currency: currency, previous: previous, received: Make.Noon.AddSeconds(10 * number));
        ShopEvent Line(string name, int quantity) => Make.Event(id + "#1", name, user, device, at, EventTypes.Item, product: "p", quantity: quantity, price: 5m, session: session, currency: currency, received: Make.Noon.AddSeconds(10 * number));
        return random.Next(13) switch
        {
            0 => [Of(EventNames.OrderCompleted, revenue: random.Next(1, 9_999) / 100m), Line(EventNames.OrderCompleted, random.Next(1, 4))],
            1 => [Of(EventNames.OrderRefunded, revenue: -random.Next(1, 999) / 100m), Line(EventNames.OrderRefunded, -1)],
            2 => [Of("", EventTypes.Page)],
            3 => [Of("", EventTypes.Screen)],
            4 => [Of("", EventTypes.Identify)],
            5 => [Of(EventNames.ProductsSearched)],
            6 => [Of(EventNames.ProductAdded)],
            7 => [Of(EventNames.CheckoutStarted)],
            8 => [Of(EventNames.ProductReviewed, rating: random.Next(2) == 0 ? null : random.Next(1, 6))],
            9 when user is not null => [Of("", EventTypes.Alias, previous: $"d{random.Next(12)}")],
            10 => [Of("Something Else")],
            _ => [Of(EventNames.ProductViewed)],
        };
    }

    /// <summary>The same event sent again, as a client does that got no answer.</summary>
    private static ShopEvent Again(ShopEvent e) => Make.Event(e.MessageId, e.Name, e.UserId, e.AnonymousId, e.OccurredAt, e.Type, e.Revenue, e.OrderId, e.ProductId, e.Quantity, e.Price, rating: e.Rating, currency: e.Currency, previous: e.PreviousId, received: e.ReceivedAt.AddSeconds(5));
}
