using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Imports;

/// <summary>Shopify: Products → Export. A product's further variants and images stand in rows that repeat only its handle.</summary>
internal sealed class ShopifyProducts : IPreset
{
    public string Name => "shopify-products";

    private static readonly string[] Amounts = ["Variant Price", "Price", "Cost per item", "Variant Inventory Qty", "Inventory quantity"];

    public Layout Layout { get; } = new([["Handle", "URL handle"], ["Title"], ["Variant Price", "Price"], ["Vendor"]], Amounts, []);

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join)
    {
        string? handle = null, title = null, category = null, vendor = null, image = null, text = null;
        foreach (var row in file.Rows())
        {
            if (row.Fault is { } fault)
            {
                context.Skip(file.Path, row, "", fault);
                continue;
            }
            if ((row["Handle"] ?? row["URL handle"]) is not { } rowHandle)
            {
                context.Skip(file.Path, row, "Handle", "is empty");
                continue;
            }
            if (rowHandle != handle) (handle, title, category, vendor, image, text) = (rowHandle, row["Title"], row["Product Category"] ?? row["Type"], row["Vendor"], row["Image Src"], PlainText.Of(row["Body (HTML)"] ?? row["Description"]));
            var sku = row["Variant SKU"] ?? row["SKU"];
            if (sku is null && row["Variant Price"] is null && row["Price"] is null) continue;
            if (BadNumber(row, file.Format) is { } problem)
            {
                context.Skip(file.Path, row, problem.Column, problem.Reason);
                continue;
            }
            decimal? Number(string column) => file.Format.Number(row[column], out var number) is null ? number : null;
            var id = sku ?? handle;
            var option = string.Join(" / ", new[] { row["Option1 Value"], row["Option2 Value"], row["Option3 Value"] }.Where(v => v is not null and not "Default Title"));
            yield return new Unit("product", $"product:{id}", 1, row.Line)
            {
                Content = ContentHash.OfRows([row.Values]),
                Products = [id],
                Catalog = [new ProductFact(id, option.Length == 0 ? title ?? handle : $"{title ?? handle} ({option})", category, vendor, Number("Variant Price") ?? Number("Price"),
                    Number("Cost per item"), context.Currency, (long?)(Number("Variant Inventory Qty") ?? Number("Inventory quantity")), vendor, ImageUrl: row["Variant Image"] ?? image,
                    ParentId: option.Length == 0 || id == handle ? null : handle, Variant: option.Length == 0 ? null : option, Description: text)],
            };
        }
    }

    private static (string Column, string Reason)? BadNumber(TableRow row, FileFormat format)
    {
        foreach (var column in Amounts)
            if (format.Number(row[column], out _) is { } reason) return (column, reason);
        return null;
    }
}
