using System.Text;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Ingest;
using CsCheck;
using Microsoft.Extensions.Options;
using Xunit;

namespace BehaviorDashboard.Tests.Ingest;

/// <summary>What becomes of an event as it was sent.</summary>
public class EventNormalizerTests
{
    private static readonly DateTimeOffset Received = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly EventNormalizer _normalizer = new(Options.Create(new IngestOptions()), Options.Create(new ShopOptions { Currency = "USD", Rates = new Dictionary<string, decimal> { ["EUR"] = 1.1m } }));

    private (List<ShopEvent> Rows, Rejection? Problem) Send(string json, EventShape shape = EventShape.Segment, string? type = null, DateTimeOffset? sentAt = null)
    {
        var rows = new List<ShopEvent>();
        var problem = _normalizer.Normalize(Encoding.UTF8.GetBytes(json), new Arrival(Received, "key") { Shape = shape, ImpliedType = type, SentAt = sentAt }, rows);
        return (rows, problem);
    }

    private ShopEvent One(string json, EventShape shape = EventShape.Segment, string? type = null, DateTimeOffset? sentAt = null)
    {
        var (rows, problem) = Send(json, shape, type, sentAt);
        Assert.Null(problem);
        return rows[0];
    }

    [Fact]
    public void An_order_becomes_a_row_and_a_row_for_each_line()
    {
        var (rows, problem) = Send("""
            {"type":"track","event":"Order Completed","userId":"u1","messageId":"m","timestamp":"2026-03-10T11:00:00Z",
             "properties":{"order_id":50,"revenue":"1,234.50","total":1300,"currency":"usd","coupon":"X","products":[
               {"product_id":"p1","name":"Cup","price":"10.25","quantity":2,"category":"Kitchen"},{"sku":"p2","price":5}]}}
            """);
        Assert.Null(problem);
        Assert.Equal(["m", "m#1", "m#2"], rows.Select(r => r.MessageId));
        Assert.Equal(("50", 1234.50m, "USD"), (rows[0].OrderId, rows[0].Revenue, rows[0].Currency));
        Assert.Equal("""{"total":1300,"coupon":"X"}""", rows[0].Properties);
        Assert.Equal((EventTypes.Item, "p1", 10.25m, 2, "Kitchen", "50"), (rows[1].Type, rows[1].ProductId, rows[1].Price, rows[1].Quantity, rows[1].Category, rows[1].OrderId));
        Assert.Equal(("p2", 1), (rows[2].ProductId, rows[2].Quantity));
        Assert.Null(rows[1].Revenue);
    }

    [Fact]
    public void A_checkout_brings_no_revenue_yet()
    {
        var checkout = One("""{"type":"track","event":"Checkout Started","userId":"u","properties":{"revenue":25.5}}""");
        Assert.Null(checkout.Revenue);
        Assert.Equal("""{"revenue":25.5}""", checkout.Properties);
    }

    [Fact]
    public void What_happens_without_anybody_at_the_screen_is_no_visit()
    {
        Assert.True(One("""{"type":"track","event":"Email Delivered","userId":"u","context":{"active":false}}""").OutsideSessions);
        Assert.False(One("""{"type":"track","event":"Product Viewed","userId":"u","context":{"active":true}}""").OutsideSessions);
    }

    [Fact]
    public void A_refund_is_negative_however_it_is_sent()
    {
        var rows = Send("""{"type":"track","event":"Order Refunded","userId":"u","properties":{"order_id":"1","total":20,"products":[{"product_id":"a","price":20,"quantity":1}]}}""").Rows;
        Assert.Equal((-20m, -1), (rows[0].Revenue, rows[1].Quantity));
    }

    [Theory]
    [InlineData("""{"revenue":10,"total":15}""", 10)]
    [InlineData("""{"subtotal":11,"total":15}""", 11)]
    [InlineData("""{"total":15,"tax":2,"shipping":3}""", 10)]
    [InlineData("""{"discount":1,"products":[{"price":4,"quantity":2},{"price":1}]}""", 8)]
    public void Revenue_is_found_where_the_shop_put_it(string properties, decimal revenue) =>
        Assert.Equal(revenue, One($$"""{"type":"track","event":"Order Completed","userId":"u","properties":{{properties}}}""").Revenue);

    [Fact]
    public void Another_currency_is_converted_where_a_rate_is_known_and_kept_where_not()
    {
        var euro = One("""{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":10,"currency":"EUR"}}""");
        Assert.Equal((11m, "USD"), (euro.Revenue, euro.Currency));
        var yen = One("""{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":10,"currency":"JPY"}}""");
        Assert.Equal((10m, "JPY"), (yen.Revenue, yen.Currency));
    }

    [Fact]
    public void A_wrong_clock_is_corrected_and_nothing_happens_in_the_future()
    {
        // The sender's clock is an hour ahead; the event was 5 minutes before it was sent.
        Assert.Equal(Received.AddMinutes(-5), One("""{"type":"track","event":"x","userId":"u","timestamp":"2026-03-10T12:55:00Z"}""", sentAt: Received.AddHours(1)).OccurredAt);
        Assert.Equal(Received, One("""{"type":"track","event":"x","userId":"u","timestamp":"2036-01-01T00:00:00Z"}""").OccurredAt);
        Assert.Equal(Received, One("""{"type":"track","event":"x","userId":"u"}""").OccurredAt);
        Assert.Equal(new DateTimeOffset(2011, 1, 1, 0, 0, 0, TimeSpan.Zero), One("""{"type":"track","event":"x","userId":"u","timestamp":"2011-01-01T03:00:00+03:00"}""").OccurredAt);
    }

    [Theory]
    [InlineData("""{"type":"nonsense","userId":"u"}""", "unknown_type", "type")]
    [InlineData("""{"event":"x","userId":"u"}""", "missing_type", "type")]
    [InlineData("""{"type":"track","userId":"u"}""", "missing_event", "event")]
    [InlineData("""{"type":"track","event":"x"}""", "missing_identity", "userId")]
    [InlineData("""{"type":"track","event":"x","userId":"anon:1"}""", "invalid_id", "userId")]
    [InlineData("""{"type":"track","event":"x","userId":"u","timestamp":"yesterday"}""", "invalid_time", "timestamp")]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"u","properties":{"revenue":"a lot"}}""", "invalid_value", "properties.revenue")]
    [InlineData("""{"type":"track","event":"Order Completed","userId":"u","properties":{"products":[{"price":1},{"price":"x"}]}}""", "invalid_value", "properties.products[1].price")]
    [InlineData("""{"type":"track","event":"x","userId":"u","properties":{"currency":"Euros"}}""", "invalid_value", "properties.currency")]
    [InlineData("7", "not_an_object", "")]
    public void What_is_wrong_is_named(string json, string code, string field)
    {
        var (rows, problem) = Send(json);
        Assert.Empty(rows);
        Assert.Equal((code, field), (problem!.Code, problem.Field));
    }

    [Fact]
    public void Traits_and_addresses_never_stay_with_the_event()
    {
        var identify = One("""{"type":"identify","userId":"u","traits":{"email":"a@example.com"}}""");
        Assert.Null(identify.Properties);
        Assert.Contains("a@example.com", identify.Traits, StringComparison.Ordinal);
        var track = One("""{"type":"track","event":"x","userId":"u","properties":{"note":"write to a@example.com","url":"https://shop.example/p?email=a%40example.com&token=abc&q=1"},"context":{"traits":{"plan":"b"}}}""");
        Assert.Equal("""{"note":"write to [email]"}""", track.Properties);
        Assert.Equal("https://shop.example/p?email=removed&token=removed&q=1", track.Url);
        Assert.Equal("""{"plan":"b"}""", track.Traits);
    }

    [Fact]
    public void Other_vocabularies_say_the_same()
    {
        var ga4 = Send("""{"name":"purchase","params":{"transaction_id":"T1","value":30.5,"currency":"USD","items":[{"item_id":"A","item_name":"Cup","price":30.5}]}}""", EventShape.Ga4);
        Assert.Equal("missing_identity", ga4.Problem!.Code);
        var asSegment = One("""{"type":"track","event":"purchase","userId":"u","properties":{"transaction_id":"T1","value":30.5,"items":[{"item_id":"A","price":30.5}]}}""");
        Assert.Equal((EventNames.OrderCompleted, "T1", 30.5m), (asSegment.Name, asSegment.OrderId, asSegment.Revenue));
        var page = One("""{"event":"$pageview","distinct_id":"d1","properties":{"$current_url":"https://s.example/","$device_id":"d1","$session_id":"s"}}""", EventShape.PostHog);
        Assert.Equal((EventTypes.Page, null, "d1", "s"), (page.Type, page.UserId, page.AnonymousId, page.SessionId));
        var identify = One("""{"event":"$identify","distinct_id":"u9","properties":{"$anon_distinct_id":"d1","$set":{"email":"x@example.com"}}}""", EventShape.PostHog);
        Assert.Equal((EventTypes.Identify, "u9", "d1"), (identify.Type, identify.UserId, identify.AnonymousId));
        Assert.Contains("x@example.com", identify.Traits, StringComparison.Ordinal);
        var alias = One("""{"event":"$create_alias","distinct_id":"u9","properties":{"distinct_id":"u9","alias":"d7"}}""", EventShape.PostHog);
        Assert.Equal((EventTypes.Alias, "u9", "d7"), (alias.Type, alias.UserId, alias.PreviousId));
        var placed = One("""{"type":"track","event":"ecommerce.order_placed","userId":"u","properties":{"order_id":"1","total_value":59.5,"tax":4,"shipping":5.5,"total_discounts":3}}""");
        Assert.Equal((EventNames.OrderCompleted, 50m), (placed.Name, placed.Revenue));
        Assert.Equal(49m, One("""{"type":"track","event":"ecommerce.order_placed","userId":"u","properties":{"order_id":"1","total_value":59.5,"subtotal_value":49}}""").Revenue);
        foreach (var (action, name) in new[] { ("add", EventNames.ProductAdded), ("remove", EventNames.ProductRemoved), ("replace", "Cart Updated") })
            Assert.Equal(name, One($$$"""{"type":"track","event":"ecommerce.cart_updated","userId":"u","properties":{"cart_id":"c","action":"{{{action}}}","products":[{"product_id":"A","price":2,"quantity":3}]}}""").Name);
        // GA4 and Braze name the one product of a view or a cart change in a list.
        var added = One("""{"type":"track","event":"add_to_cart","userId":"u","properties":{"currency":"USD","items":[{"item_id":"A","item_category":"Cups","price":2.5,"quantity":3}]}}""");
        Assert.Equal((EventNames.ProductAdded, "A", "Cups", 2.5m, 3), (added.Name, added.ProductId, added.Category, added.Price, added.Quantity));
        Assert.Null(One("""{"type":"track","event":"add_to_cart","userId":"u","properties":{"items":[{"item_id":"A"},{"item_id":"B"}]}}""").ProductId);
        Assert.Null(One("""{"type":"track","event":"view_cart","userId":"u","properties":{"items":[{"item_id":"A"}]}}""").ProductId);
        var search = One("""{"type":"track","event":"view_search_results","anonymousId":"a","properties":{"search_term":"杯子","results":0}}""");
        Assert.Equal((EventNames.ProductsSearched, "杯子", """{"results":0}"""), (search.Name, search.Query, search.Properties));
    }

    [Fact]
    public void No_json_object_crashes_it() =>
        Gen.OneOf(Gen.String.Select(s => System.Text.Json.JsonSerializer.Serialize(s)), Gen.Double.Select(d => double.IsFinite(d) ? d.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "null"), Gen.Const("null"), Gen.Const("[]"), Gen.Const("{}"), Gen.Const("[[1],{\"a\":null}]"))
            .Array[8].Sample(values =>
            {
                string[] names = ["type", "event", "userId", "messageId", "timestamp", "properties", "traits", "context"];
                Send("{" + string.Join(',', names.Zip(values, (n, v) => $"\"{n}\":{v}")) + "}");
                string[] columns = ["product_id", "price", "quantity", "revenue", "rating", "products", "url", "query"];
                Send("""{"type":"track","event":"Order Completed","userId":"u","properties":{""" + string.Join(',', columns.Zip(values, (n, v) => $"\"{n}\":{v}")) + "}}");
            }, iter: 2_000);
}
