using System.Globalization;
using System.IO.Compression;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// One line a series, one column a period, oldest first; the first column names the series. Of the numeric columns the largest
/// family of like names counts (W0, W1, …; 2011-01-03, …); those derived from them (MIN, MAX, Normalized 0, …) are left out.
/// </summary>
internal static class WideFile
{
    private static readonly string[] Derived = ["min", "max", "mean", "avg", "average", "median", "sum", "total", "std", "normali"];

    public sealed record Series(string Name, double[] Values);

    /// <returns>Values from each series' first one on; an empty cell later on is not a number.</returns>
    public static List<Series> Read(string path)
    {
        using var file = File.OpenRead(path);
        var zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var reader = new StreamReader(zipped ? new GZipStream(file, CompressionMode.Decompress) : file);
        using var csv = CsvDataReader.Create(reader, new CsvDataReaderOptions { BufferSize = 1 << 20, MaxBufferSize = 1 << 26, HeaderComparer = StringComparer.Ordinal });
        if (csv.FieldCount < 2) throw new EvaluationException($"{path}: the first line names fewer than two columns.");
        var names = Enumerable.Range(0, csv.FieldCount).Select(csv.GetName).ToArray();
        var rows = new List<string[]>();
        while (csv.Read()) rows.Add([.. Enumerable.Range(0, names.Length).Select(i => i < csv.RowFieldCount ? csv.GetString(i).Trim() : "")]);
        if (rows.Count == 0) throw new EvaluationException($"{path} has no line under its header.");
        var periods = Enumerable.Range(1, names.Length - 1).Where(c => !IsDerived(names[c]) && rows.All(r => r[c].Length == 0 || Number(r[c]) is not null))
            .GroupBy(c => Family(names[c])).OrderByDescending(g => g.Count()).FirstOrDefault()?.ToArray() ?? [];
        if (periods.Length < 2) throw new EvaluationException($"{path} has no columns of numbers that could be periods; the columns are {string.Join(", ", names.Take(8))}.");
        return [.. rows.Select(r => new Series(r[0], [.. periods.Select(c => Number(r[c]) ?? double.NaN).SkipWhile(double.IsNaN)]))];
    }

    private static bool IsDerived(string name) => Derived.Any(d => name.StartsWith(d, StringComparison.OrdinalIgnoreCase));

    private static string Family(string name) => new([.. name.Where(char.IsLetter)]);

    private static double? Number(string text) => text is "NA" or "" ? null : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
