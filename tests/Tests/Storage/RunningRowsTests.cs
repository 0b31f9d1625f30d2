using System.Globalization;
using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;
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

        var running = await CountedRows.RunningAsync(store);

        Assert.Equal(await CountedRows.CountAsync(store), running);
        Assert.Equal(sent.Select(e => e.MessageId).Distinct().Count(), await store.Database.ScalarAsync<long>("select count(*) from events"));
        // Computed anew by the store itself they stay what they are.
        await store.Writer.ExclusiveAsync(s => s.RecomputeAsync([.. running.Select(r => r.Person)]));
        Assert.Equal(running, await CountedRows.RunningAsync(store));
        // A store from before the later columns comes to the same.
        var later = new MigrationSource(typeof(ShopEvent).Assembly, "Events").Read().Single(m => m.Number == 3).For(store.Database.Dialect.Name);
        await store.Database.ExecuteAsync("update profiles set discounted_orders = 0, rated = 0, rating_min = null, last_rated_at = null, last_rating = null");
        await store.Database.ExecuteAsync(later[later.IndexOf("update profiles", StringComparison.Ordinal)..]);
        Assert.Equal(running, await CountedRows.RunningAsync(store));
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
        ShopEvent Of(string name, string type = EventTypes.Track, decimal? revenue = null, double? rating = null, string? previous = null, string? properties = null) =>
            Make.Event(id, name, user, device, at, type, revenue, session: session, rating: rating, currency: currency, previous: previous, properties: properties, received: Make.Noon.AddSeconds(10 * number));
        ShopEvent Line(string name, int quantity) => Make.Event(id + "#1", name, user, device, at, EventTypes.Item, product: "p", quantity: quantity, price: 5m, session: session, currency: currency, received: Make.Noon.AddSeconds(10 * number));
        return random.Next(13) switch
        {
            0 => [Of(EventNames.OrderCompleted, revenue: random.Next(1, 9_999) / 100m, properties: Discount(random)), Line(EventNames.OrderCompleted, random.Next(1, 4))],
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

    private static string? Discount(Random random) => random.Next(9) switch
    {
        0 => """{"discount":0}""",
        1 => """{"discount":"0.00","coupon":"X"}""",
        2 => """{"discount":4.5}""",
        3 => """{"discount":"12"}""",
        4 => """{"discount":-3}""",
        5 => """{"discount":null}""",
        6 => """{"discount":"none"}""",
        7 => """{"coupon":"A"}""",
        _ => null,
    };

    /// <summary>The same event sent again, as a client does that got no answer.</summary>
    private static ShopEvent Again(ShopEvent e) => Make.Event(e.MessageId, e.Name, e.UserId, e.AnonymousId, e.OccurredAt, e.Type, e.Revenue, e.OrderId, e.ProductId, e.Quantity, e.Price, properties: e.Properties, rating: e.Rating, currency: e.Currency, previous: e.PreviousId, received: e.ReceivedAt.AddSeconds(5));
}
