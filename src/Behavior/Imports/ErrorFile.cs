using System.Globalization;
using System.Text;

namespace BehaviorDashboard.Imports;

/// <summary>The skipped rows as CSV: file, line, column, reason, and the row as it was.</summary>
public static class ErrorFile
{
    public static string Text(IEnumerable<SkippedRow> rows)
    {
        var text = new StringBuilder("file,line,column,reason,row\n");
        foreach (var row in rows) text.AppendJoin(',', Quote(row.File), row.Line.ToString(CultureInfo.InvariantCulture), Quote(row.Column), Quote(row.Reason), Quote(row.Row)).Append('\n');
        return text.ToString();
    }

    /// <summary>Quoted, and defused where a spreadsheet would take it for a formula.</summary>
    private static string Quote(string value) =>
        $"\"{(value.Length > 0 && value[0] is '=' or '+' or '-' or '@' ? "'" : "")}{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
