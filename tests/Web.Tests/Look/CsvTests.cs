using BehaviorDashboard.Look;
using Xunit;

namespace BehaviorDashboard.WebTests.Look;

public class CsvTests
{
    [Fact]
    public void Text_that_a_spreadsheet_would_run_is_disarmed_and_numbers_stay_numbers()
    {
        var csv = Csv.Write(["name", "amount"], [["=HYPERLINK(\"http://x\")", -12.5m], ["a, \"b\"", null]]);
        Assert.Equal("name,amount\r\n\"'=HYPERLINK(\"\"http://x\"\")\",-12.5\r\n\"a, \"\"b\"\"\",\r\n", csv);
    }
}
