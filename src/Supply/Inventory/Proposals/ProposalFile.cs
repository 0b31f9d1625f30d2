using BehaviorDashboard.Look;
using MiniExcelLibs;

namespace BehaviorDashboard.Inventory;

/// <summary>A proposal as a supplier can read it.</summary>
public static class ProposalFile
{
    private static readonly string[] Columns = ["product_id", "title", "quantity", "unit_cost", "cost"];

    public static string Csv(IReadOnlyList<ProposalLine> lines) => Look.Csv.Write(Columns, [.. lines.Select(Row)]);

    public static byte[] Excel(IReadOnlyList<ProposalLine> lines)
    {
        using var stream = new MemoryStream();
        stream.SaveAs(lines.Select(l => Columns.Zip(Row(l)).ToDictionary(c => c.First, c => c.Second ?? "")));
        return stream.ToArray();
    }

    private static IReadOnlyList<object?> Row(ProposalLine line) => [line.ProductId, line.Title, line.Quantity, line.UnitCost, line.UnitCost * line.Quantity];
}
