using System.Globalization;

namespace BehaviorDashboard.DemoShop;

/// <summary>Who an event names, and how they came.</summary>
public sealed record Visitor(string? UserId, string? AnonymousId, bool ReadsChinese, bool Mobile);

/// <summary>One event on its way to the shop's dashboard.</summary>
public abstract class DemoEvent
{
    public required Visitor Who { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long At { get; init; }

    /// <summary>The visit, or whatever else the event belongs to; with <see cref="Ordinal"/> it makes the message id.</summary>
    public required string Thread { get; init; }

    public required int Ordinal { get; init; }

    /// <summary>False for what happens without anybody at the screen, such as a delivered e-mail.</summary>
    public bool InVisit { get; init; } = true;

    public string MessageId => string.Create(CultureInfo.InvariantCulture, $"{Thread}-{Ordinal}");

    public virtual string Type => "track";

    /// <summary>Segment's name of the event; the page's name for a page call.</summary>
    public abstract string Name { get; }

    /// <summary>Address the visitor is at, without the host.</summary>
    public abstract string Path { get; }

    /// <summary>Writes the members of <c>properties</c>, or of <c>traits</c> for identify.</summary>
    public abstract void Write(SegmentJson json);
}

/// <summary>A product in a cart or an order.</summary>
public sealed record CartLine(DemoProduct Product, decimal Price, int Quantity);

/// <summary>An order with its sums: revenue is what the goods bring after discounts, total adds shipping and tax.</summary>
public sealed record DemoOrder(string Id, IReadOnlyList<CartLine> Lines, double DiscountRate, string? Coupon)
{
    public decimal Subtotal => Lines.Sum(l => l.Price * l.Quantity);
    public decimal Discount => Math.Round(Subtotal * (decimal)DiscountRate, 2);
    public decimal Revenue => Subtotal - Discount;
    public decimal Shipping => Revenue >= 60 ? 0 : 4.95m;
    public decimal Tax => Math.Round(Revenue * 0.08m, 2);
    public decimal Total => Revenue + Shipping + Tax;
}
