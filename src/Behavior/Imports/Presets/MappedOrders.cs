using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>Which columns of an order export say what; the first that is there counts.</summary>
internal sealed record OrderColumns
{
    public required string[] OrderId { get; init; }
    public required string[] CreatedAt { get; init; }
    public string[] Email { get; init; } = [];
    public string[] CustomerName { get; init; } = [];
    public string[] Country { get; init; } = [];
    public string[] Currency { get; init; } = [];
    public string[] Subtotal { get; init; } = [];
    public string[] Total { get; init; } = [];
    public string[] Tax { get; init; } = [];
    public string[] Shipping { get; init; } = [];
    public string[] Refunded { get; init; } = [];
    public string[] Status { get; init; } = [];
    public string[] LineName { get; init; } = [];
    public string[] LineId { get; init; } = [];
    public string[] LinePrice { get; init; } = [];
    public string[] LineQuantity { get; init; } = [];
}

/// <summary>
/// Order exports with a row a line, whose first row carries the order. Revenue is the subtotal (after discounts, before
/// tax and shipping). Cancelled, failed and voided orders are kept by name but count in nothing.
/// </summary>
internal abstract class MappedOrders(string name, string prefix, OrderColumns columns) : IPreset
{
    private static readonly string[] NotSold = ["cancelled", "canceled", "failed", "voided", "trash", "pending payment"];

    public string Name => name;

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context)
    {
        var groups = OrderGroups.Gather(Table.Read(file.Reader).Select(row => (Key: First(row, columns.OrderId) ?? $"?{row.Line}", row)));
        foreach (var rows in groups)
        {
            var problem = Check(rows, out var order);
            if (problem is { } p)
                foreach (var row in rows) context.Skip(file.Path, row, p.Column, p.Reason);
            else
                foreach (var unit in Units(order!, rows, context)) yield return unit;
        }
    }

    private sealed record Order(string Id, DateTime At, bool IsInstant, decimal Revenue, decimal Refunded, string? Email, string? Name, string? Country, string? Currency, string Status, List<Line> Lines);

    private sealed record Line(string? Id, string? Title, decimal? Price, int Quantity);

    private (string Column, string Reason)? Check(List<TableRow> rows, out Order? order)
    {
        order = null;
        var head = rows[0];
        if (First(head, columns.OrderId) is not { } id) return (columns.OrderId[0], "is empty");
        if (First(head, columns.CreatedAt) is not { } written) return (columns.CreatedAt[0], "is empty");
        var isInstant = DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var instant) && HasZone(written);
        if (!DateTime.TryParse(written.Split(" +")[0].Split(" -0")[0], CultureInfo.InvariantCulture, out var local)) return (columns.CreatedAt[0], $"'{written}' is not a date and time");
        var lines = new List<Line>();
        foreach (var row in rows)
        {
            if (Amount(row, columns.LinePrice, out var price) is { } badPrice) return (badPrice, "is not a number");
            if (Amount(row, columns.LineQuantity, out var quantity) is { } badQuantity) return (badQuantity, "is not a number");
            if (quantity is not null) lines.Add(new Line(First(row, columns.LineId) ?? First(row, columns.LineName), First(row, columns.LineName), price, (int)quantity));
        }
        foreach (var amounts in new[] { columns.Subtotal, columns.Total, columns.Tax, columns.Shipping, columns.Refunded })
            if (Amount(head, amounts, out _) is { } bad) return (bad, "is not a number");
        Amount(head, columns.Subtotal, out var subtotal);
        Amount(head, columns.Total, out var total);
        Amount(head, columns.Tax, out var tax);
        Amount(head, columns.Shipping, out var shipping);
        Amount(head, columns.Refunded, out var refunded);
        var revenue = subtotal ?? (total is { } all ? all - (tax ?? 0) - (shipping ?? 0) : lines.Sum(l => (l.Price ?? 0) * l.Quantity));
        order = new Order(id, isInstant ? instant.UtcDateTime : local, isInstant, revenue, refunded ?? 0, First(head, columns.Email)?.ToLowerInvariant(), First(head, columns.CustomerName),
            First(head, columns.Country), First(head, columns.Currency), First(head, columns.Status)?.ToLowerInvariant() ?? "", lines);
        return null;
    }

    private IEnumerable<Unit> Units(Order order, List<TableRow> rows, ImportContext context)
    {
        var sold = !NotSold.Contains(order.Status);
        var key = $"{prefix}:{order.Id}";
        var at = order.IsInstant ? new DateTimeOffset(order.At, TimeSpan.Zero) : context.Instant(order.At);
        var customer = order.Email is null ? null : PersonIds.OfEmail(order.Email);
        var traits = TraitJson.Of(("email", order.Email), ("name", order.Name), ("country", order.Country));
        var head = Row(key, EventTypes.Track, sold ? EventNames.OrderCompleted : "Order Cancelled", at, order, customer, context, sold ? order.Revenue : null, traits: traits);
        var lines = order.Lines.Select((l, i) => Row($"{key}#{i + 1}", EventTypes.Item, head.Name, at, order, customer, context, line: l));
        yield return new Unit(sold ? "order" : "cancelled order", key, rows.Count)
        {
            Events = [head, .. lines],
            Content = string.Join('\n', rows.Select(r => string.Join('|', r.Values))),
            Revenue = sold ? order.Revenue : 0,
            Customer = customer,
            Products = [.. order.Lines.Select(l => l.Id).OfType<string>()],
            Catalog = [.. order.Lines.Where(l => l.Id is not null).Select(l => new ProductFact(l.Id!, l.Title, Price: l.Price, Currency: order.Currency ?? context.Currency))],
        };
        if (!sold || order.Refunded <= 0) yield break;
        var refund = Row($"{key}:refund", EventTypes.Track, EventNames.OrderRefunded, at, order, customer, context, -order.Refunded);
        yield return new Unit("return", $"{key}:refund", 0) { Events = [refund], Content = order.Refunded.ToString(CultureInfo.InvariantCulture), Revenue = -order.Refunded, Customer = customer };
    }

    private static ShopEvent Row(string id, string type, string name, DateTimeOffset at, Order order, string? customer, ImportContext context, decimal? revenue = null, Line? line = null, string? traits = null) => new()
    {
        MessageId = id,
        ReceivedAt = context.Now,
        OccurredAt = at,
        Type = type,
        Name = name,
        SourceId = context.SourceId,
        UserId = customer,
        OutsideSessions = true,
        OrderId = order.Id,
        Currency = order.Currency ?? context.Currency,
        Revenue = revenue,
        ProductId = line?.Id,
        Price = line?.Price,
        Quantity = line?.Quantity,
        Traits = traits,
    };

    private static string? First(TableRow row, string[] names)
    {
        foreach (var name in names)
            if (row[name] is { } value) return value;
        return null;
    }

    /// <returns>The column whose value is not a number, or null.</returns>
    private static string? Amount(TableRow row, string[] names, out decimal? amount)
    {
        amount = null;
        foreach (var name in names)
        {
            if (row[name] is not { } text) continue;
            if (!Table.TryNumber(text, out var number)) return name;
            amount = number;
            return null;
        }
        return null;
    }

    private static bool HasZone(string time) => time.EndsWith('Z') || (time.Length > 6 && time[^5] is '+' or '-') || (time.Length > 6 && time[^6] is '+' or '-');
}

/// <summary>Shopify: Orders → Export.</summary>
internal sealed class ShopifyOrders() : MappedOrders("shopify-orders", "shopify", new OrderColumns
{
    OrderId = ["Name", "Order ID", "Id"],
    CreatedAt = ["Created at", "Paid at"],
    Email = ["Email"],
    CustomerName = ["Billing Name", "Shipping Name"],
    Country = ["Billing Country", "Shipping Country"],
    Currency = ["Currency"],
    Subtotal = ["Subtotal"],
    Total = ["Total"],
    Tax = ["Taxes"],
    Shipping = ["Shipping"],
    Refunded = ["Refunded Amount"],
    Status = ["Financial Status"],
    LineName = ["Lineitem name"],
    LineId = ["Lineitem sku"],
    LinePrice = ["Lineitem price"],
    LineQuantity = ["Lineitem quantity"],
});

/// <summary>WooCommerce: order export plugins, whose column names differ in case and wording.</summary>
internal sealed class WooCommerceOrders() : MappedOrders("woocommerce-orders", "woo", new OrderColumns
{
    OrderId = ["Order Number", "Order ID", "order_number", "order_id"],
    CreatedAt = ["Order Date", "Date", "order_date", "date"],
    Email = ["Email (Billing)", "Billing Email Address", "billing_email", "Customer Email"],
    CustomerName = ["Full Name (Billing)", "Customer Name"],
    Country = ["Country Code (Billing)", "Country Name (Billing)", "billing_country"],
    Currency = ["Order Currency", "order_currency", "Currency"],
    Subtotal = ["Order Subtotal Amount", "order_subtotal", "Cart Subtotal"],
    Total = ["Order Total Amount", "order_total", "Order Total"],
    Tax = ["Order Total Tax Amount", "tax_total"],
    Shipping = ["Order Shipping Amount", "shipping_total"],
    Refunded = ["Order Refund Amount", "refunded_total"],
    Status = ["Order Status", "status"],
    LineName = ["Item Name", "Product Name", "item_name"],
    LineId = ["SKU", "Item SKU", "item_sku", "Product ID"],
    LinePrice = ["Item Cost", "Item Price", "item_price"],
    LineQuantity = ["Quantity", "Quantity (- Refund)", "item_quantity"],
});
