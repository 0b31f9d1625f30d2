using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Imports;

/// <summary>Shopify: Products → Export. A product's further variants and images stand in rows that repeat only its handle.</summary>
internal sealed class ShopifyProducts : IPreset
{
    public string Name => "shopify-products";

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context)
    {
        string? handle = null, title = null, category = null, vendor = null, image = null;
        foreach (var row in Table.Read(file.Reader))
        {
            if ((row["Handle"] ?? row["URL handle"]) is not { } rowHandle)
            {
                context.Skip(file.Path, row, "Handle", "is empty");
                continue;
            }
            if (rowHandle != handle) (handle, title, category, vendor, image) = (rowHandle, row["Title"], row["Product Category"] ?? row["Type"], row["Vendor"], row["Image Src"]);
            var sku = row["Variant SKU"] ?? row["SKU"];
            if (sku is null && row["Variant Price"] is null && row["Price"] is null) continue;
            if (BadNumber(row) is { } column)
            {
                context.Skip(file.Path, row, column, "is not a number");
                continue;
            }
            var id = sku ?? handle;
            var option = string.Join(" / ", new[] { row["Option1 Value"], row["Option2 Value"], row["Option3 Value"] }.Where(v => v is not null and not "Default Title"));
            yield return new Unit("product", $"product:{id}", 1)
            {
                Content = string.Join('|', row.Values),
                Products = [id],
                Catalog = [new ProductFact(id, option.Length == 0 ? title ?? handle : $"{title ?? handle} ({option})", category, vendor, Number(row, "Variant Price") ?? Number(row, "Price"),
                    Number(row, "Cost per item"), context.Currency, (long?)(Number(row, "Variant Inventory Qty") ?? Number(row, "Inventory quantity")), vendor, ImageUrl: row["Variant Image"] ?? image)],
            };
        }
    }

    private static string? BadNumber(TableRow row)
    {
        foreach (var column in new[] { "Variant Price", "Price", "Cost per item", "Variant Inventory Qty", "Inventory quantity" })
            if (row[column] is not null && Number(row, column) is null) return column;
        return null;
    }

    private static decimal? Number(TableRow row, string column) => Table.TryNumber(row[column], out var number) ? number : null;
}
