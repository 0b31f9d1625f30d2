using System.Globalization;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Imports;

/// <summary>One line of a delimited file.</summary>
/// <param name="Line">1-based number of the row in the file, the header counted.</param>
internal sealed record TableRow(int Line, IReadOnlyDictionary<string, int> Columns, string[] Values)
{
    /// <summary>The trimmed value of a column, or null when it is empty or not there.</summary>
    public string? this[string column] =>
        Columns.TryGetValue(column, out var i) && i < Values.Length && Values[i].Trim() is { Length: > 0 } value ? value : null;
}

/// <summary>Delimited text as rows: delimiter found from the first lines, quotes and line breaks inside them understood.</summary>
internal static class Table
{
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    private const int LargestRow = 4 * 1024 * 1024;

    /// <param name="names">Column names for files without a header; null reads the header.</param>
    public static IEnumerable<TableRow> Read(TextReader reader, string[]? names = null)
    {
        var text = new PeekingReader(reader);
        var options = new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = Guess(text.Peeked),
            BufferSize = 64 * 1024,
            MaxBufferSize = LargestRow,
            CsvStyle = CsvStyle.Standard,
            // Order numbers begin with #; nothing in these files is a comment.
            Comment = '\0',
        };
        using var csv = CsvDataReader.Create(text, options);
        var columns = names is null ? null : Index(names);
        while (ReadRow(csv))
        {
            var values = new string[csv.RowFieldCount];
            for (var i = 0; i < values.Length; i++) values[i] = csv.GetString(i);
            if (columns is null) columns = Index(values);
            else if (values.Length > 1 || values[0].Length > 0) yield return new TableRow(csv.RowNumber, columns, values);
        }
    }

    /// <exception cref="ImportException">The text from here on is no table: what follows cannot be told apart into rows.</exception>
    private static bool ReadRow(CsvDataReader csv)
    {
        var next = csv.RowNumber + 1;
        try
        {
            return csv.Read();
        }
        catch (CsvRecordTooLargeException)
        {
            throw new ImportException($"Row {next} is longer than {LargestRow / 1024 / 1024} million characters: a quote was opened and not closed, or this is no table. Rows before it were read.");
        }
        catch (CsvFormatException problem)
        {
            throw new ImportException($"Row {next} cannot be read: {problem.Message} Rows before it were read.");
        }
    }

    private static Dictionary<string, int> Index(string[] names)
    {
        var index = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length; i++) index.TryAdd(names[i].Trim('\uFEFF', ' '), i);
        return index;
    }

    private static char Guess(string start)
    {
        var line = start.Split('\n')[0];
        return Delimiters.MaxBy(d => line.Count(c => c == d));
    }

    /// <summary>Numbers as spreadsheets of several countries write them.</summary>
    public static bool TryNumber(string? text, out decimal number)
    {
        number = 0;
        if (text is null) return false;
        var plain = text.Replace(" ", "", StringComparison.Ordinal).Replace("\u00A0", "", StringComparison.Ordinal).TrimStart('$', '€', '£', '¥');
        var comma = plain.LastIndexOf(',');
        var point = plain.LastIndexOf('.');
        if (comma > point) plain = point >= 0 || plain.Length - comma - 1 != 3 ? plain.Replace(".", "", StringComparison.Ordinal).Replace(',', '.') : plain.Replace(",", "", StringComparison.Ordinal);
        else plain = plain.Replace(",", "", StringComparison.Ordinal);
        return decimal.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary>A reader whose first characters can be looked at before they are read.</summary>
internal sealed class PeekingReader : TextReader
{
    private readonly TextReader _inner;
    private readonly string _start;
    private int _at;

    public PeekingReader(TextReader inner)
    {
        _inner = inner;
        var buffer = new char[8 * 1024];
        _start = new string(buffer, 0, inner.ReadBlock(buffer, 0, buffer.Length));
    }

    public string Peeked => _start;

    public override int Peek() => _at < _start.Length ? _start[_at] : _inner.Peek();

    public override int Read() => _at < _start.Length ? _start[_at++] : _inner.Read();

    public override int Read(char[] buffer, int index, int count)
    {
        if (_at >= _start.Length) return _inner.Read(buffer, index, count);
        var length = Math.Min(count, _start.Length - _at);
        _start.CopyTo(_at, buffer, index, length);
        _at += length;
        return length;
    }
}
