using System.Text;
using BehaviorDashboard.Catalog;
using Xunit;

namespace BehaviorDashboard.Tests.Catalog;

/// <summary>The catalogue out as a sheet, changed, and in again.</summary>
public class CatalogSheetTests
{
    private static readonly SupplyTerms[] Known =
    [
        new("lamp", "Lampe, rot", "Light", null, 9.5m, 4m, "USD", 7, null, "Anvil", 12, 2.5, 6, 12, null, null, DateTimeOffset.UnixEpoch),
        new("椅子", "椅子", null, null, null, null, null, null, null, null, null, null, null, null, null, null, DateTimeOffset.UnixEpoch),
    ];

    private static SheetPreview Read(string csv) => CatalogSheet.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), excel: false, Known);

    [Fact]
    public void What_goes_out_comes_in_again_without_a_change()
    {
        var excel = CatalogSheet.Read(new MemoryStream(CatalogSheet.Excel(Known)), excel: true, Known);
        Assert.Equal((0, 0, 2), (excel.Problems.Count, excel.Shown.Count, excel.Lines));
        var csv = Read(CatalogSheet.ToCsv(Known));
        Assert.Equal((0, 0, 2), (csv.Problems.Count, csv.Shown.Count, csv.Lines));
    }

    [Fact]
    public void Changes_are_shown_field_by_field_and_empty_cells_change_nothing()
    {
        var read = Read("id,cost,lead_days,supplier,stock\r\nlamp,4.25,,Forge,7\r\n椅子,,9,,30\r\n");
        Assert.Empty(read.Problems);
        Assert.Equal([("cost", "4", "4.25"), ("supplier", "Anvil", "Forge")], read.Shown[0].Fields);
        Assert.Equal([("stock", null, "30"), ("lead_days", null, "9")], read.Shown[1].Fields);
        Assert.Equal(new TermsChange("lamp", Cost: 4.25m, Supplier: "Forge"), read.Changes[0]);
        Assert.Equal(new TermsChange("椅子", LeadDays: 9, Stock: 30), read.Changes[1]);
    }

    [Theory]
    [InlineData("id,cost\nlamp,-1\n", 2, "cost", "not_money")]
    [InlineData("id,cost\nlamp,4\nlamp,5\n", 3, "id", "twice")]
    [InlineData("id,stock\nlamp,2.5\n", 2, "stock", "not_whole")]
    [InlineData("id,lead_days\nlamp,soon\n", 2, "lead_days", "not_number")]
    [InlineData("id,pack_size\nlamp,0\n", 2, "pack_size", "not_units")]
    [InlineData("id,cost\nnobody,4\n", 2, "id", "unknown_product")]
    [InlineData("id,parent_id\nlamp,lamp\n", 2, "parent_id", "own_parent")]
    [InlineData("id,colour\nlamp,red\n", 1, "colour", "unknown_column")]
    [InlineData("name,cost\nlamp,4\n", 1, "id", "no_id_column")]
    [InlineData("id,cost\n", 0, "", "no_lines")]
    public void What_cannot_be_used_is_named_by_line_and_field_and_nothing_changes(string csv, int line, string field, string reason)
    {
        var read = Read(csv);
        var problem = Assert.Single(read.Problems);
        Assert.Equal((line, field, reason), (problem.Line, problem.Field, problem.Reason));
        Assert.Empty(read.Changes);
    }

    [Fact]
    public void What_is_no_sheet_is_refused() => Assert.Equal("not_a_sheet", Assert.Single(CatalogSheet.Read(new MemoryStream([1, 2, 3, 4]), excel: true, Known).Problems).Reason);
}
