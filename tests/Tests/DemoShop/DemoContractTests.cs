using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.DemoShop;
using Xunit;

namespace BehaviorDashboard.Tests.DemoShop;

/// <summary>What the demo shop sends is what Segment's tracking and e-commerce specifications ask for.</summary>
public sealed class DemoContractTests
{
    private readonly DemoYear _year = DemoYear.Plain;
    private static readonly string[] Product = ["product_id", "name", "category", "brand", "price", "quantity", "currency", "url"];

    private static readonly Dictionary<string, string[]> Required = new()
    {
        ["Products Searched"] = ["query", "results"],
        ["Product List Viewed"] = ["list_id", "category", "products"],
        ["Product Viewed"] = Product,
        ["Product Added"] = ["cart_id", .. Product],
        ["Product Removed"] = ["cart_id", .. Product],
        ["Product Added to Wishlist"] = ["wishlist_id", "wishlist_name", .. Product],
        ["Cart Viewed"] = ["cart_id", "products"],
        ["Checkout Started"] = ["order_id", "value", "revenue", "shipping", "tax", "discount", "currency", "products"],
        ["Order Completed"] = ["checkout_id", "order_id", "total", "subtotal", "revenue", "shipping", "tax", "discount", "currency", "products"],
        ["Order Refunded"] = ["order_id", "total", "currency", "products"],
        ["Product Reviewed"] = ["product_id", "review_id", "review_body", "rating"],
        ["Email Delivered"] = ["campaign_id", "campaign_name"],
        ["Email Opened"] = ["campaign_id", "campaign_name"],
        ["Email Link Clicked"] = ["campaign_id", "campaign_name", "link_url"],
        ["Unsubscribed"] = ["campaign_id", "campaign_name"],
    };

    [Fact]
    public void Every_event_is_valid()
    {
        var names = new HashSet<string>();
        foreach (var e in _year.Sent(_year.Events))
        {
            var type = e.GetProperty("type").GetString()!;
            Assert.True(e.TryGetProperty("userId", out _) || e.TryGetProperty("anonymousId", out _), "An event names nobody.");
            Assert.NotEqual("", e.GetProperty("messageId").GetString());
            Assert.True(DateTimeOffset.TryParse(e.GetProperty("timestamp").GetString(), CultureInfo.InvariantCulture, out _));
            if (type != "track") continue;
            var name = e.GetProperty("event").GetString()!;
            names.Add(name);
            var properties = e.GetProperty("properties");
            foreach (var property in Required[name]) Assert.True(properties.TryGetProperty(property, out _), $"{name} lacks {property}.");
        }
        Assert.Equal(Required.Keys.Order(), names.Order());
    }

    [Fact]
    public void Orders_add_up()
    {
        foreach (var order in _year.Events.OfType<OrderCompleted>())
        {
            var sums = _year.Sent([order]).Single().GetProperty("properties");
            var lines = sums.GetProperty("products").EnumerateArray().Sum(l => l.GetProperty("price").GetDecimal() * l.GetProperty("quantity").GetInt32());
            Assert.Equal(lines, Sum(sums, "subtotal"));
            Assert.Equal(lines - Sum(sums, "discount"), Sum(sums, "revenue"));
            Assert.Equal(Sum(sums, "revenue") + Sum(sums, "shipping") + Sum(sums, "tax"), Sum(sums, "total"));
            Assert.Equal(Sum(sums, "discount") > 0, sums.TryGetProperty("coupon", out _));
        }
    }

    [Fact]
    public void Refunds_follow_their_order_and_never_exceed_it()
    {
        var orders = _year.Events.OfType<OrderCompleted>().ToDictionary(o => o.Order.Id);
        var refunds = _year.Events.OfType<OrderRefunded>().ToList();
        Assert.NotEmpty(refunds);
        foreach (var refund in refunds.GroupBy(r => r.Order.Id))
        {
            var order = orders[refund.Key];
            Assert.All(refund, r => Assert.True(r.At > order.At));
            Assert.True(refund.Sum(r => r.Amount) <= order.Order.Revenue + 0.05m);
        }
    }

    [Fact]
    public void Personal_data_is_invented_and_only_in_traits()
    {
        foreach (var person in _year.Sent(_year.Events.OfType<Identified>()))
            Assert.Matches("^[a-z.]+[0-9]+@example\\.(com|org)$", person.GetProperty("traits").GetProperty("email").GetString());
        var others = _year.Bytes(_year.Events.Where(e => e is not Identified));
        Assert.False(others.Contains((byte)'@'), "An event carries an e-mail address.");
        Assert.All(_year.World.People.Take(50), p => Assert.False(others.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes($"\"{p.Name}\"")) >= 0, "An event carries a name."));
    }

    [Fact]
    public void Visitors_are_anonymous_until_they_sign_in_and_known_afterwards()
    {
        var known = new HashSet<string>();
        var unknownFirst = 0;
        foreach (var e in _year.Events.Where(e => e.InVisit && e.Who.AnonymousId is not null).OrderBy(e => e.At).ThenBy(e => e.Thread, StringComparer.Ordinal).ThenBy(e => e.Ordinal))
        {
            if (e is OrderCompleted or CheckoutStarted) Assert.NotNull(e.Who.UserId);
            if (e is Identified) known.Add(e.Who.AnonymousId!);
            else if (e.Who.UserId is null && !known.Contains(e.Who.AnonymousId!)) unknownFirst++;
        }
        Assert.True(unknownFirst > _year.Events.Count / 5);
        Assert.Contains(_year.World.People, p => p.Devices.Count(known.Contains) == 2);
    }

    private static decimal Sum(JsonElement order, string name) => order.GetProperty(name).GetDecimal();
}
