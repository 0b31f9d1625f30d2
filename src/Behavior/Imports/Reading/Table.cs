namespace BehaviorDashboard.Imports;

/// <summary>The columns of a delimited file by name, in any case.</summary>
internal sealed class Columns
{
    private readonly Dictionary<string, int> _index = new(StringComparer.OrdinalIgnoreCase);

    public Columns(IEnumerable<string> names)
    {
        Names = [.. names.Select(n => n.Trim('\uFEFF', ' '))];
        for (var i = 0; i < Names.Count; i++) _index.TryAdd(Names[i], i);
    }

    public IReadOnlyList<string> Names { get; }

    /// <returns>The column's number, or -1.</returns>
    public int Find(string name) => _index.GetValueOrDefault(name, -1);

    public int[] Of(IEnumerable<string> names) => [.. names.Select(Find).Where(i => i >= 0).Distinct()];

    public bool Has(string name) => _index.ContainsKey(name);
}

/// <summary>One record of a delimited file.</summary>
/// <param name="Line">1-based line of the file on which it begins.</param>
/// <param name="Fault">Why it is no record, in words; its first line is then the only value.</param>
internal sealed record TableRow(int Line, Columns Columns, string[] Values, string? Fault = null)
{
    /// <summary>The trimmed value of a column, or null when it is empty or not there.</summary>
    public string? this[string column] => this[Columns.Find(column)];

    public string? this[int column] => (uint)column < (uint)Values.Length && Values[column] is { Length: > 0 } value && value.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    /// <returns>The first of these columns that says something, or null.</returns>
    public string? First(int[] columns)
    {
        foreach (var column in columns)
            if (this[column] is { } value) return value;
        return null;
    }
}

/// <summary>Delimited text as rows below a header.</summary>
internal static class Table
{
    public static IEnumerable<TableRow> Read(TextReader reader, char delimiter)
    {
        var text = new CsvText(reader, delimiter);
        Columns? columns = null;
        while (text.Read())
        {
            if (text.Fields is [""] or []) continue;
            if (columns is null)
            {
                if (text.Fault != CsvFault.None) throw new ImportException($"The header in line {text.Line} cannot be read: {Words(text.Fault)}.");
                columns = new Columns(text.Fields);
                continue;
            }
            yield return new TableRow(text.Line, columns, text.Fields, text.Fault == CsvFault.None ? null : Words(text.Fault));
        }
    }

    private static string Words(CsvFault fault) => fault switch
    {
        CsvFault.OpenQuote => "a quote is opened and not closed",
        CsvFault.TextBehindQuote => "a quote is opened and not closed, or text follows the closing quote; write a quote inside quotes twice",
        _ => $"the record is longer than {CsvText.LongestRecord / 1024 / 1024} million characters: a quote is opened and not closed, or this is no table",
    };
}

/// <summary>Lines of a text, numbered from 1; of one that is longer than may be held, null.</summary>
internal static class Lines
{
    private const int Longest = 4 * 1024 * 1024;

    public static IEnumerable<(int Line, string? Text)> Read(TextReader reader)
    {
        var buffer = new char[64 * 1024];
        var line = new System.Text.StringBuilder();
        var (number, tooLong, any) = (1, false, false);
        for (int read; (read = reader.ReadBlock(buffer, 0, buffer.Length)) > 0;)
        {
            var rest = buffer.AsMemory(0, read);
            while (rest.Length > 0)
            {
                var end = rest.Span.IndexOf('\n');
                var part = end < 0 ? rest : rest[..end];
                tooLong |= line.Length + part.Length > Longest;
                if (!tooLong) line.Append(part.Span);
                any = true;
                if (end < 0) break;
                rest = rest[(end + 1)..];
                yield return (number++, tooLong ? null : line.ToString().TrimEnd('\r'));
                line.Clear();
                (tooLong, any) = (false, false);
            }
        }
        if (any) yield return (number, tooLong ? null : line.ToString());
    }
}
