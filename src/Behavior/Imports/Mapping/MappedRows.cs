using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Imports;

/// <summary>Files whose every row is one thing, read by a mapping.</summary>
internal abstract class MappedRows(ColumnMapping mapping) : IPreset
{
    public string Name => ColumnMapping.Preset;

    public Layout Layout { get; } = MappedPreset.LayoutOf(mapping);

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join)
    {
        MappedColumns? columns = null;
        foreach (var row in file.Rows())
        {
            columns ??= new MappedColumns(mapping, row.Columns);
            Unit? unit = null;
            (string Column, string Reason)? problem = row.Fault is { } fault ? ("", fault) : Read(row, columns, file.Format, context, out unit);
            if (problem is { } p) context.Skip(file.Path, row, p.Column, p.Reason);
            else yield return unit!;
        }
    }

    /// <returns>Why the row is not used, or null.</returns>
    protected abstract (string Column, string Reason)? Read(TableRow row, MappedColumns columns, FileFormat format, ImportContext context, out Unit? unit);
}

/// <summary>A row a customer: identity and traits.</summary>
internal sealed class MappedCustomers(ColumnMapping mapping) : MappedRows(mapping)
{
    private static readonly (string Field, string Trait)[] Traits = [("first_name", "firstName"), ("last_name", "lastName"), ("name", "name"), ("phone", "phone"), ("country", "country"), ("city", "city")];

    protected override (string Column, string Reason)? Read(TableRow row, MappedColumns columns, FileFormat format, ImportContext context, out Unit? unit)
    {
        unit = null;
        var email = columns.Of(row, "email")?.ToLowerInvariant();
        var person = columns.Of(row, "customer_id") ?? (email is null ? null : PersonIds.OfEmail(email));
        if (person is null) return (columns.Name("customer_id"), "is empty, and so is the e-mail address: nobody is named");
        if (Ids.PersonKey.IsAnonymous(person)) return (columns.Name("customer_id"), $"must not begin with '{Ids.PersonKey.AnonymousPrefix}'");
        var named = Traits.Select(t => (t.Trait, columns.Of(row, t.Field))).Prepend(("email", email));
        var traits = TraitJson.Of(named.Concat(columns.Rest.Select(i => (row.Columns.Names[i], row[i]))).DistinctBy(t => t.Item1));
        unit = Unit.OfCustomer($"customer:{person}", person, traits, row.Line, context);
        return null;
    }
}

/// <summary>A row a product of the catalogue.</summary>
internal sealed class MappedProducts(ColumnMapping mapping) : MappedRows(mapping)
{
    protected override (string Column, string Reason)? Read(TableRow row, MappedColumns columns, FileFormat format, ImportContext context, out Unit? unit)
    {
        unit = null;
        if (columns.Of(row, "product_id") is not { } id) return (columns.Name("product_id"), "is empty");
        if (format.Number(columns.Of(row, "price"), out var price) is { } badPrice) return (columns.Name("price"), badPrice);
        if (format.Number(columns.Of(row, "cost"), out var cost) is { } badCost) return (columns.Name("cost"), badCost);
        if (format.Whole(columns.Of(row, "stock"), out var stock) is { } badStock) return (columns.Name("stock"), badStock);
        unit = new Unit("product", $"product:{id}", 1, row.Line)
        {
            Content = ContentHash.OfRows([row.Values]),
            Products = [id],
            Catalog = [new ProductFact(id, columns.Of(row, "title"), columns.Of(row, "category"), columns.Of(row, "brand"), price, cost, columns.Of(row, "currency")?.ToUpperInvariant() ?? context.Currency, stock,
                columns.Of(row, "supplier"), columns.Of(row, "url"), columns.Of(row, "image"), Description: PlainText.Of(columns.Of(row, "description")))],
        };
        return null;
    }
}
