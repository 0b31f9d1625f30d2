using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>
/// The UCI "Online Retail" export: a row a line of an invoice. Invoices beginning with C are returns, with A adjustments
/// of bad debt; others worth nothing are stock adjustments, not orders. Rows without a customer are orders of nobody known.
/// </summary>
internal sealed class UciOnlineRetail : IPreset
{
    public string Name => "uci-online-retail";

    public Layout Layout { get; } = new([["InvoiceNo"], ["StockCode"], ["Quantity"], ["InvoiceDate"], ["UnitPrice"]], ["Quantity", "UnitPrice"], ["InvoiceDate"]);

    private sealed record Line(TableRow Row, string Invoice, string Product, string? Title, int Quantity, decimal Price, WrittenTime At, string? Customer, string? Country);

    private sealed class Places(Columns columns)
    {
        public readonly int Invoice = columns.Find("InvoiceNo"), Product = columns.Find("StockCode"), Title = columns.Find("Description"), Quantity = columns.Find("Quantity"),
            Date = columns.Find("InvoiceDate"), Price = columns.Find("UnitPrice"), Customer = columns.Find("CustomerID"), Country = columns.Find("Country");
    }

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join) =>
        OrderGroups.Gather(Rows(file, context), join).Select(lines => Invoice(lines, context));

    private static IEnumerable<(string, Line)> Rows(SourceFile file, ImportContext context)
    {
        Places? places = null;
        foreach (var row in file.Rows())
        {
            places ??= new Places(row.Columns);
            Line? line = null;
            (string Column, string Reason)? problem = row.Fault is { } fault ? ("", fault) : Parse(row, places, file.Format, out line);
            if (problem is { } p) context.Skip(file.Path, row, p.Column, p.Reason);
            else yield return (line!.Invoice, line);
        }
    }

    private static (string Column, string Reason)? Parse(TableRow row, Places at, FileFormat format, out Line? line)
    {
        line = null;
        if (row[at.Invoice] is not { } invoice) return ("InvoiceNo", "is empty");
        if (row[at.Product] is not { } product) return ("StockCode", "is empty");
        if (format.Whole(row[at.Quantity], out var quantity) is { } badQuantity) return ("Quantity", badQuantity);
        if (quantity is not { } units) return ("Quantity", "is not a whole number: it is empty");
        if (format.Number(row[at.Price], out var price) is { } badPrice) return ("UnitPrice", badPrice);
        if (price is not { } amount) return ("UnitPrice", "is not a number: it is empty");
        if (format.Time(row[at.Date], out var time) is { } badTime) return ("InvoiceDate", badTime);
        line = new Line(row, invoice, product, row[at.Title], units, amount, time, row[at.Customer], row[at.Country]);
        return null;
    }

    private static Unit Invoice(List<Line> lines, ImportContext context)
    {
        var first = lines[0];
        var value = lines.Sum(l => l.Quantity * l.Price);
        var (kind, name) = first.Invoice[0] switch
        {
            'C' => ("return", EventNames.OrderRefunded),
            'A' => ("adjustment", EventNames.RevenueAdjusted),
            _ when value > 0 => ("order", EventNames.OrderCompleted),
            _ => ("stock adjustment", EventNames.StockAdjusted),
        };
        var key = $"uci:{first.Invoice}";
        var at = context.Instant(first.At);
        var events = new List<ShopEvent>(lines.Count + 1) { Event(key, name, EventTypes.Track, first, at, context, kind == "stock adjustment" ? null : value) };
        for (var i = 0; i < lines.Count; i++) events.Add(Event($"{key}#{i + 1}", name, EventTypes.Item, lines[i], at, context));
        return new Unit(kind, key, lines.Count, first.Row.Line)
        {
            Events = events,
            Content = ContentHash.OfRows(lines.Select(l => l.Row.Values)),
            SumOfLines = true,
            Revenue = value,
            Customer = first.Customer,
            Products = [.. lines.Select(l => l.Product)],
            Catalog = [.. lines.Where(l => l is { Title: not null, Quantity: > 0, Price: > 0 }).Select(l => new ProductFact(l.Product, l.Title, Price: l.Price, Currency: context.Currency))],
        };
    }

    private static ShopEvent Event(string id, string name, string type, Line line, DateTimeOffset at, ImportContext context, decimal? revenue = null) => new()
    {
        MessageId = id,
        ReceivedAt = context.Now,
        OccurredAt = at,
        Type = type,
        Name = name,
        SourceId = context.SourceId,
        UserId = line.Customer,
        OutsideSessions = true,
        OrderId = line.Invoice,
        Currency = context.Currency,
        Revenue = revenue,
        ProductId = type == EventTypes.Item ? line.Product : null,
        Price = type == EventTypes.Item ? line.Price : null,
        Quantity = type == EventTypes.Item ? line.Quantity : null,
        Traits = type == EventTypes.Track && line is { Customer: not null, Country: not null } ? TraitJson.Of(("country", line.Country)) : null,
    };
}
