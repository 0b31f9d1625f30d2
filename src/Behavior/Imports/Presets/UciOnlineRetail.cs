using System.Globalization;
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

    private sealed record Line(TableRow Row, string Invoice, string Product, string? Title, int Quantity, decimal Price, DateTime At, string? Customer, string? Country);

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context) =>
        OrderGroups.Gather(Lines(file, context)).Select(lines => Invoice(lines, context));

    private static IEnumerable<(string, Line)> Lines(SourceFile file, ImportContext context)
    {
        foreach (var row in Table.Read(file.Reader))
        {
            var problem = Parse(row, out var line);
            if (problem is { } p) context.Skip(file.Path, row, p.Column, p.Reason);
            else yield return (line!.Invoice, line);
        }
    }

    private static (string Column, string Reason)? Parse(TableRow row, out Line? line)
    {
        line = null;
        if (row["InvoiceNo"] is not { } invoice) return ("InvoiceNo", "is empty");
        if (row["StockCode"] is not { } product) return ("StockCode", "is empty");
        if (!int.TryParse(row["Quantity"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var quantity)) return ("Quantity", "is not a whole number");
        if (!Table.TryNumber(row["UnitPrice"], out var price)) return ("UnitPrice", "is not a number");
        if (!DateTime.TryParse(row["InvoiceDate"], CultureInfo.InvariantCulture, out var at)) return ("InvoiceDate", "is not a date and time");
        line = new Line(row, invoice, product, row["Description"], quantity, price, at, row["CustomerID"], row["Country"]);
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
        return new Unit(kind, key, lines.Count)
        {
            Events = events,
            Content = string.Join('\n', lines.Select(l => string.Join('|', l.Row.Values))),
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
