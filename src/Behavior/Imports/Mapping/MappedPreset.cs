namespace BehaviorDashboard.Imports;

/// <summary>The preset that a mapping makes.</summary>
internal static class MappedPreset
{
    public static IPreset Of(ColumnMapping mapping, Ingest.EventNormalizer normalizer) => mapping.Kind switch
    {
        MappedKind.Orders => new OrderFile(ColumnMapping.Preset, "order", [], Orders(mapping)),
        MappedKind.Customers => new MappedCustomers(mapping),
        MappedKind.Products => new MappedProducts(mapping),
        _ => new MappedEvents(mapping, normalizer),
    };

    public static Layout LayoutOf(ColumnMapping mapping)
    {
        var fields = MappingFields.Of(mapping.Kind).Where(f => mapping.Columns.ContainsKey(f.Name)).ToList();
        return new Layout([], [.. fields.Where(f => f.Form == FieldForm.Number).Select(f => mapping.Columns[f.Name])], [.. fields.Where(f => f.Form == FieldForm.Time).Select(f => mapping.Columns[f.Name])]);
    }

    private static OrderColumns Orders(ColumnMapping mapping)
    {
        return new OrderColumns
        {
            OrderId = One("order_id"),
            CreatedAt = One("date"),
            CustomerId = One("customer_id"),
            Email = One("email"),
            CustomerName = One("customer_name"),
            Country = One("country"),
            Currency = One("currency"),
            Subtotal = One("subtotal"),
            Total = One("total"),
            Tax = One("tax"),
            Shipping = One("shipping"),
            Refunded = One("refunded"),
            Status = One("status"),
            LineName = One("product_name"),
            LineId = One("product_id"),
            LineCategory = One("category"),
            LinePrice = One("price"),
            LineQuantity = One("quantity"),
        };

        string[] One(string field) => mapping.Columns.TryGetValue(field, out var column) ? [column] : [];
    }
}

/// <summary>A mapped field's value in a row.</summary>
internal sealed class MappedColumns(ColumnMapping mapping, Columns columns)
{
    private readonly Dictionary<string, int> _places = mapping.Columns.ToDictionary(c => c.Key, c => columns.Find(c.Value));

    /// <summary>Columns that no field was given.</summary>
    public int[] Rest { get; } = !mapping.KeepRest ? [] : [.. Enumerable.Range(0, columns.Names.Count).Where(i => columns.Names[i].Length > 0 && !mapping.Columns.Values.Contains(columns.Names[i], StringComparer.OrdinalIgnoreCase))];

    public string? Of(TableRow row, string field) => _places.TryGetValue(field, out var place) ? row[place] : null;

    /// <summary>The column's own name, for reports.</summary>
    public string Name(string field) => mapping.Columns.GetValueOrDefault(field, field);
}
