using BehaviorDashboard.Imports;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Imports;

/// <summary>Records, numbers and dates as files write them.</summary>
public class ReadingTests
{
    private static List<(int Line, string[] Fields, bool Fault)> Read(string text, char delimiter = ',')
    {
        var csv = new CsvText(new StringReader(text), delimiter);
        var rows = new List<(int, string[], bool)>();
        while (csv.Read()) rows.Add((csv.Line, csv.Fields, csv.Fault != CsvFault.None));
        return rows;
    }

    [Fact]
    public void Whatever_is_written_by_the_rules_is_read_again()
    {
        var field = Gen.OneOf(Gen.String[Gen.Char["ab,;\"\n\r 1"], 0, 12], Gen.Const(""), Gen.Const("plain"));
        field.Array[1, 5].List[1, 30].Sample(rows =>
        {
            // A lone empty field is an empty line, which stands for no record.
            var written = string.Concat(rows.Select(r => string.Join(',', r.Select(f => $"\"{f.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\r\n"));
            Assert.Equal(rows, Read(written).Select(r => r.Fields));
        }, iter: 500);
    }

    [Fact]
    public void Records_longer_than_the_buffer_are_whole()
    {
        var longText = new string('x', 300_000);
        var rows = Read($"a,\"{longText}\"\nb,{longText}\nc,d");
        Assert.Equal([(1, longText), (2, longText), (3, "d")], rows.Select(r => (r.Line, r.Fields[1])));
    }

    [Fact]
    public void A_broken_quote_costs_its_line_and_no_other()
    {
        var rows = Read("1,a\n2,\"open,b\n3,c\n4,\"two\nlines\",d\n5,\"x\"y,e\n6,f\n");
        Assert.Equal([(1, false), (2, true), (3, false), (4, false), (6, true), (7, false)], rows.Select(r => (r.Line, r.Fault)));
        Assert.Equal("two\nlines", rows[3].Fields[1]);
        Assert.Equal("2,\"open,b", rows[1].Fields[0]);
        // The last quote is never closed, and nothing behind it is lost.
        Assert.Equal([true, false, false], Read("\"open\nb\nc").Select(r => r.Fault));
    }

    [Theory]
    [InlineData("1.234,50", "Comma", false)]
    [InlineData("1,234.50", "Point", false)]
    [InlineData("1.234", null, true)]
    [InlineData("1,234", null, true)]
    [InlineData("0.234", "Point", false)]
    [InlineData("1.23", "Point", false)]
    [InlineData("1.234.567", "Comma", false)]
    [InlineData("1234.567", "Point", false)]
    [InlineData("12", null, false)]
    [InlineData("-1.234", null, true)]
    [InlineData("€ 1,5", "Comma", false)]
    public void A_number_proves_its_decimal_mark_or_does_not(string text, string? mark, bool unclear)
    {
        Assert.Equal(mark, Numbers.Proof(text, out var open)?.ToString());
        Assert.Equal(unclear, open);
    }

    [Theory]
    [InlineData("1.234", DecimalMark.Comma, "1234")]
    [InlineData("1.234", DecimalMark.Point, "1.234")]
    [InlineData("1.23", DecimalMark.Comma, null)]
    [InlineData("1,23", DecimalMark.Point, null)]
    [InlineData("€ 1.234.567,89", DecimalMark.Comma, "1234567.89")]
    [InlineData("-1 234,5", DecimalMark.Comma, "-1234.5")]
    [InlineData("1'234.5", DecimalMark.Point, "1234.5")]
    [InlineData("1,2,3", DecimalMark.Point, null)]
    [InlineData("ten", DecimalMark.Point, null)]
    public void A_number_is_read_by_its_mark_or_refused(string text, DecimalMark mark, string? expected) =>
        Assert.Equal(expected, Numbers.TryRead(text, mark, out var number) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);

    [Theory]
    [InlineData("03/04/2026", null, true)]
    [InlineData("13/04/2026", "DayFirst", false)]
    [InlineData("04/13/2026", "MonthFirst", false)]
    [InlineData("04.03.2026", "DayFirst", false)]
    [InlineData("2026-03-04", null, false)]
    [InlineData("04/04/2026", null, false)]
    public void A_date_proves_its_order_or_does_not(string text, string? order, bool unclear)
    {
        Assert.Equal(order, Dates.Proof(text, out var open)?.ToString());
        Assert.Equal(unclear, open);
    }

    [Theory]
    [InlineData("03/04/2026 8:26", DateOrder.DayFirst, "2026-04-03T08:26:00", null)]
    [InlineData("03/04/2026 8:26 PM", DateOrder.MonthFirst, "2026-03-04T20:26:00", null)]
    [InlineData("3/4/26 12:05 AM", DateOrder.MonthFirst, "2026-03-04T00:05:00", null)]
    [InlineData("2026-01-02 10:00:00 +0100", DateOrder.DayFirst, "2026-01-02T10:00:00", "01:00:00")]
    [InlineData("2026-01-02T10:00:00.5Z", DateOrder.DayFirst, "2026-01-02T10:00:00.5", "00:00:00")]
    [InlineData("2026-01-02T10:00:00-05:30", DateOrder.DayFirst, "2026-01-02T10:00:00", "-05:30:00")]
    [InlineData("4 Mar 2026", DateOrder.MonthFirst, "2026-03-04T00:00:00", null)]
    [InlineData("20260304", DateOrder.MonthFirst, "2026-03-04T00:00:00", null)]
    [InlineData("2026/3/4", DateOrder.MonthFirst, "2026-03-04T00:00:00", null)]
    public void A_date_is_read_in_its_order(string text, DateOrder order, string local, string? offset)
    {
        Assert.True(Dates.TryRead(text, order, out var time));
        Assert.Equal((DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture), offset), (time.Local, time.Offset?.ToString()));
    }

    [Theory, InlineData("31/02/2026"), InlineData("13/13/2026"), InlineData("someday"), InlineData("2026-01-02 25:00"), InlineData("2026-01-02 10"), InlineData("1/2"), InlineData("")]
    public void What_is_no_date_is_none(string text) => Assert.False(Dates.TryRead(text, DateOrder.DayFirst, out _));

    [Fact]
    public void No_text_crashes_a_reader() => Gen.String[Gen.Char["0123456789./-,:+ TZPMamé\"\n;"], 0, 24].Sample(text =>
    {
        Read(text);
        Numbers.Proof(text, out _);
        Numbers.TryRead(text, DecimalMark.Comma, out _);
        Dates.Proof(text, out _);
        Dates.TryRead(text, DateOrder.DayFirst, out _);
    }, iter: 5_000);
}
