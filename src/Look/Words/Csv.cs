using System.Globalization;
using System.Text;

namespace BehaviorDashboard.Look;

/// <summary>Writes comma-separated text that a spreadsheet opens safely: text that would start a formula is quoted away.</summary>
public static class Csv
{
    public static string Write(IEnumerable<string> columns, IEnumerable<IEnumerable<object?>> rows)
    {
        var text = new StringBuilder();
        Line(text, columns);
        return text.Append(Rows(rows)).ToString();
    }

    /// <summary>Rows without their heading, for a file that is written in parts.</summary>
    public static string Rows(IEnumerable<IEnumerable<object?>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows) Line(text, row);
        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<object?> cells) => text.AppendJoin(',', cells.Select(Cell)).Append("\r\n");

    private static string Cell(object? value)
    {
        var cell = value switch
        {
            null => "",
            DateTimeOffset at => at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
            string s when s.Length > 0 && "=+-@\t\r".Contains(s[0], StringComparison.Ordinal) => "'" + s,
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }
}
