using System.Globalization;
using System.Text;

namespace BehaviorDashboard.Imports;

/// <summary>
/// The skipped rows of one import as CSV on disk: file, line, column, reason, and the row as it was. All of them, up to the
/// bytes it may have; the first are also kept in memory for the report. For several threads.
/// </summary>
internal sealed class ErrorFile(string path, long largest) : IDisposable
{
    private const int ShownRows = 100;
    private readonly Lock _gate = new();
    private readonly List<SkippedRow> _first = [];
    private StreamWriter? _writer;
    private long _written;

    public long Count { get; private set; }

    /// <summary>Rows that are in the file; fewer than <see cref="Count"/> when it is full.</summary>
    public long Kept { get; private set; }

    public IReadOnlyList<SkippedRow> First
    {
        get { lock (_gate) return [.. _first]; }
    }

    public void Add(SkippedRow row)
    {
        lock (_gate)
        {
            Count++;
            if (_first.Count < ShownRows) _first.Add(row);
            if (_written > largest) return;
            var line = CsvLine(row);
            _written += Encoding.UTF8.GetByteCount(line);
            if (_written > largest) return;
            if (_writer is null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // The byte order mark makes spreadsheets read it as UTF-8.
                _writer = new StreamWriter(path, append: false, new UTF8Encoding(true));
                _writer.Write(Header);
            }
            _writer.Write(line);
            Kept++;
        }
    }

    public void Dispose()
    {
        lock (_gate) _writer?.Dispose();
    }

    public const string Header = "file,line,column,reason,row\n";

    public static string CsvLine(SkippedRow row) =>
        string.Join(',', Quote(row.File), row.Line.ToString(CultureInfo.InvariantCulture), Quote(row.Column), Quote(row.Reason), Quote(row.Row)) + "\n";

    /// <summary>Takes the rows out that name a person.</summary>
    /// <returns>How many there were.</returns>
    public static int Without(string path, Func<string, bool> named, bool write)
    {
        if (!File.Exists(path)) return 0;
        var found = 0;
        var kept = path + ".kept";
        using (var reader = new StreamReader(path))
        using (var writer = write ? new StreamWriter(kept, append: false, new UTF8Encoding(true)) : null)
        {
            writer?.Write(Header);
            foreach (var row in Table.Read(reader, ','))
            {
                if (row.Values.Length == 5 && named(row.Values[4])) found++;
                else writer?.Write(string.Join(',', Quote(row.Values[0]), row.Values[1], Quote(row.Values[2]), Quote(row.Values[3]), Quote(row.Values[4])) + "\n");
            }
        }
        if (write && found > 0) File.Move(kept, path, overwrite: true);
        else if (write) File.Delete(kept);
        return found;
    }

    /// <summary>Quoted, and defused where a spreadsheet would take it for a formula.</summary>
    private static string Quote(string value) =>
        $"\"{(value.Length > 0 && value[0] is '=' or '+' or '-' or '@' ? "'" : "")}{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
