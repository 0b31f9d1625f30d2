using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>
/// Order exports with a row a line, whose first row carries the order. Revenue is the subtotal (after discounts, before
/// tax and shipping). Cancelled, failed and voided orders are kept by name but count in nothing.
/// </summary>
/// <param name="prefix">Of the keys of its orders.</param>
/// <param name="known">As <see cref="Imports.Layout.Known"/>.</param>
internal class OrderFile(string name, string prefix, IReadOnlyList<string[]> known, OrderColumns columns) : IPreset
{
    private static readonly string[] NotSold = ["cancelled", "canceled", "failed", "voided", "trash", "pending payment", "已取消", "已关闭", "交易关闭"];

    public string Name => name;

    public Layout Layout { get; } = columns.Layout(known);

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join)
    {
        Places? at = null;
        foreach (var rows in OrderGroups.Gather(Rows(file, context), join))
        {
            at ??= new Places(columns, rows[0].Columns);
            var problem = Check(rows, at, file.Format, out var order);
            if (problem is { } p)
                foreach (var row in rows) context.Skip(file.Path, row, p.Column, p.Reason);
            else
                foreach (var unit in Units(order!, rows, context)) yield return unit;
        }
    }

    private IEnumerable<(string Key, TableRow Row)> Rows(SourceFile file, ImportContext context)
    {
        Places? at = null;
        foreach (var row in file.Rows())
        {
            at ??= new Places(columns, row.Columns);
            if (row.Fault is { } fault) context.Skip(file.Path, row, "", fault);
            else yield return (row.First(at.OrderId) ?? $"?{row.Line}", row);
        }
    }

    /// <summary>The columns as they stand in one file.</summary>
    private sealed class Places(OrderColumns names, Columns columns)
    {
        public readonly int[] OrderId = columns.Of(names.OrderId), CreatedAt = columns.Of(names.CreatedAt), CustomerId = columns.Of(names.CustomerId), Email = columns.Of(names.Email),
            CustomerName = columns.Of(names.CustomerName), Country = columns.Of(names.Country), Currency = columns.Of(names.Currency), Subtotal = columns.Of(names.Subtotal), Total = columns.Of(names.Total),
            Tax = columns.Of(names.Tax), Shipping = columns.Of(names.Shipping), Refunded = columns.Of(names.Refunded), Status = columns.Of(names.Status), LineName = columns.Of(names.LineName),
            LineId = columns.Of(names.LineId), LinePrice = columns.Of(names.LinePrice), LineQuantity = columns.Of(names.LineQuantity), LineCategory = columns.Of(names.LineCategory);
    }

    private sealed record Order(string Id, WrittenTime At, decimal Revenue, bool SumOfLines, decimal Refunded, string? CustomerId, string? Email, string? Name, string? Country, string? Currency, string Status, List<Line> Lines);

    private sealed record Line(string? Id, string? Title, decimal? Price, int Quantity, string? Category);

    private (string Column, string Reason)? Check(List<TableRow> rows, Places at, FileFormat format, out Order? order)
    {
        order = null;
        var head = rows[0];
        if (head.First(at.OrderId) is not { } id) return (Word(at.OrderId, columns.OrderId, head), "is empty");
        if (format.Time(head.First(at.CreatedAt), out var time) is { } badTime) return (Word(at.CreatedAt, columns.CreatedAt, head), badTime);
        var lines = new List<Line>();
        foreach (var row in rows)
        {
            if (Amount(row, at.LinePrice, format, out var price) is { } badPrice) return badPrice;
            if (Amount(row, at.LineQuantity, format, out var quantity) is { } badQuantity) return badQuantity;
            var product = row.First(at.LineId) ?? row.First(at.LineName);
            // Without a column for it, a row that names a product sells one of it.
            if (quantity is null && at.LineQuantity.Length == 0 && product is not null) quantity = 1;
            if (quantity is not { } units) continue;
            if (decimal.Truncate(units) != units || Math.Abs(units) > int.MaxValue) return (Word(at.LineQuantity, columns.LineQuantity, row), "is not a whole number");
            lines.Add(new Line(product, row.First(at.LineName), price, (int)units, row.First(at.LineCategory)));
        }
        if (Amount(head, at.Subtotal, format, out var subtotal) is { } badSubtotal) return badSubtotal;
        if (Amount(head, at.Total, format, out var total) is { } badTotal) return badTotal;
        if (Amount(head, at.Tax, format, out var tax) is { } badTax) return badTax;
        if (Amount(head, at.Shipping, format, out var shipping) is { } badShipping) return badShipping;
        if (Amount(head, at.Refunded, format, out var refunded) is { } badRefund) return badRefund;
        var stated = subtotal ?? (total is { } all ? all - (tax ?? 0) - (shipping ?? 0) : null);
        order = new Order(id, time, stated ?? lines.Sum(l => (l.Price ?? 0) * l.Quantity), stated is null, refunded ?? 0, head.First(at.CustomerId), head.First(at.Email)?.ToLowerInvariant(),
            head.First(at.CustomerName), head.First(at.Country), head.First(at.Currency)?.ToUpperInvariant(), head.First(at.Status)?.ToLowerInvariant() ?? "", lines);
        return null;
    }

    private IEnumerable<Unit> Units(Order order, List<TableRow> rows, ImportContext context)
    {
        var sold = !NotSold.Contains(order.Status);
        var key = $"{prefix}:{order.Id}";
        var at = context.Instant(order.At);
        var customer = order.CustomerId ?? (order.Email is null ? null : PersonIds.OfEmail(order.Email));
        var traits = customer is null ? null : TraitJson.Of(("email", order.Email), ("name", order.Name), ("country", order.Country));
        var head = Row(key, EventTypes.Track, sold ? EventNames.OrderCompleted : "Order Cancelled", at, order, customer, context, sold ? order.Revenue : null, traits: traits);
        var lines = order.Lines.Select((l, i) => Row($"{key}#{i + 1}", EventTypes.Item, head.Name, at, order, customer, context, line: l));
        yield return new Unit(sold ? "order" : "cancelled order", key, rows.Count, rows[0].Line)
        {
            Events = [head, .. lines],
            Content = ContentHash.OfRows(rows.Select(r => r.Values)),
            Revenue = sold ? order.Revenue : 0,
            SumOfLines = order.SumOfLines,
            Customer = customer,
            Products = [.. order.Lines.Select(l => l.Id).OfType<string>()],
            Catalog = [.. order.Lines.Where(l => l.Id is not null).Select(l => new ProductFact(l.Id!, l.Title, l.Category, Price: l.Price, Currency: order.Currency ?? context.Currency))],
        };
        if (!sold || order.Refunded <= 0) yield break;
        var refund = Row($"{key}:refund", EventTypes.Track, EventNames.OrderRefunded, at, order, customer, context, -order.Refunded);
        yield return new Unit("return", $"{key}:refund", 0, rows[0].Line) { Events = [refund], Content = ContentHash.OfText(order.Refunded.ToString(CultureInfo.InvariantCulture)), Revenue = -order.Refunded, Customer = customer };
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
        Category = line?.Category,
        Price = line?.Price,
        Quantity = line?.Quantity,
        Traits = traits,
    };

    /// <returns>What is wrong with the amount, or null.</returns>
    private static (string Column, string Reason)? Amount(TableRow row, int[] places, FileFormat format, out decimal? amount)
    {
        amount = null;
        foreach (var place in places)
        {
            if (row[place] is not { } text) continue;
            return format.Number(text, out amount) is { } reason ? (row.Columns.Names[place], reason) : null;
        }
        return null;
    }

    private static string Word(int[] places, string[] names, TableRow row) => places.Length > 0 ? row.Columns.Names[places[0]] : names.Length > 0 ? names[0] : "";
}
