namespace BehaviorDashboard.DemoShop;

public sealed class CartViewed(string cart, IReadOnlyList<CartLine> lines) : DemoEvent
{
    public override string Name => "Cart Viewed";
    public override string Path => "/cart";

    public override void Write(SegmentJson json)
    {
        json.Text("cart_id", cart);
        json.Lines("products", lines);
    }
}

public sealed class CheckoutStarted(DemoOrder order) : DemoEvent
{
    public override string Name => "Checkout Started";
    public override string Path => "/checkout";

    public override void Write(SegmentJson json)
    {
        json.Text("order_id", order.Id);
        json.Money("value", order.Total);
        json.Sums(order);
        json.Lines("products", order.Lines);
    }
}

public sealed class OrderCompleted(DemoOrder order) : DemoEvent
{
    public DemoOrder Order => order;
    public override string Name => "Order Completed";
    public override string Path => "/checkout/done";

    public override void Write(SegmentJson json)
    {
        json.Text("checkout_id", "k" + order.Id);
        json.Text("order_id", order.Id);
        json.Money("subtotal", order.Subtotal);
        json.Money("total", order.Total);
        json.Sums(order);
        json.Lines("products", order.Lines);
    }
}

/// <summary>Money back for some lines of an order, less their share of its discount.</summary>
public sealed class OrderRefunded(DemoOrder order, IReadOnlyList<CartLine> lines) : DemoEvent
{
    public DemoOrder Order => order;
    public IReadOnlyList<CartLine> Lines => lines;
    public decimal Amount => Math.Round(lines.Sum(l => l.Price * l.Quantity) * (1 - (decimal)order.DiscountRate), 2);
    public override string Name => "Order Refunded";
    public override string Path => "/orders";

    public override void Write(SegmentJson json)
    {
        json.Text("order_id", order.Id);
        json.Money("total", Amount);
        json.Currency();
        json.Lines("products", lines);
    }
}

public sealed class ProductReviewed(DemoProduct product, string id, int rating, string body, IReadOnlyList<ReviewTopic> topics, bool planted = false) : DemoEvent
{
    public DemoProduct Product => product;
    public int Rating => rating;
    public string Body => body;

    /// <summary>What the words are about; not sent.</summary>
    public IReadOnlyList<ReviewTopic> Topics => topics;

    /// <summary>Part of a planted surge; not sent.</summary>
    public bool Planted => planted;

    public override string Name => "Product Reviewed";
    public override string Path => product.Path;

    public override void Write(SegmentJson json)
    {
        json.Text("product_id", product.Id);
        json.Text("name", product.Title.English);
        json.Text("category", json.CategoryOf(product));
        json.Text("review_id", id);
        json.Text("review_body", body);
        json.Number("rating", rating);
    }
}
