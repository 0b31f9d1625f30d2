using System.Globalization;
using BehaviorDashboard.Predictions;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Purchases of customers: as CDNOW writes them (blanks between; customer, yyyymmdd, units, value, and before them a second
/// id in the sample), or comma-separated customer, date, quantity, value with or without a header.
/// </summary>
internal static class OrdersFile
{
    public static List<(string Customer, DateOnly Day, double Units, double Value)> Read(string path)
    {
        var lines = new List<(string, DateOnly, double, double)>();
        var number = 0;
        foreach (var fields in Fields(path))
        {
            number++;
            if (fields.Length == 0 || fields.All(string.IsNullOrWhiteSpace)) continue;
            if (fields.Length is < 4 or > 5) throw new EvaluationException($"{path}, line {number}: {fields.Length} fields; expected customer, date, quantity, value.");
            // The sample's second id numbers the customers of the sample.
            var (customer, date) = (fields[0].Trim(), fields[^3].Trim());
            if (Date(date) is not { } day)
            {
                if (number == 1) continue;
                throw new EvaluationException($"{path}, line {number}: {date} is not a date.");
            }
            lines.Add((customer, day, Number(fields[^2], "quantity"), Number(fields[^1], "value")));
        }
        return lines.Count > 0 ? lines : throw new EvaluationException($"{path} holds no purchases.");

        double Number(string text, string what) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
            : throw new EvaluationException($"{path}, line {number}: {what} {text} is not a number.");
    }

    private static IEnumerable<string[]> Fields(string path)
    {
        using var text = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress)) : new StreamReader(path);
        var first = text.ReadLine() ?? "";
        if (!first.Contains(',', StringComparison.Ordinal))
        {
            for (var line = first; line is not null; line = text.ReadLine()) yield return line.Split((char[])[' ', '\t', ';'], StringSplitOptions.RemoveEmptyEntries);
            yield break;
        }
        using var all = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress)) : new StreamReader(path);
        using var csv = CsvDataReader.Create(all, new CsvDataReaderOptions { HasHeaders = false });
        while (csv.Read()) yield return [.. Enumerable.Range(0, csv.RowFieldCount).Select(csv.GetString)];
    }

    public static DateOnly? Date(string text) =>
        DateOnly.TryParseExact(text, ["yyyyMMdd", "yyyy-MM-dd", "yyyy/MM/dd", "dd.MM.yyyy", "M/d/yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && text.Length > 10 ? DateOnly.FromDateTime(instant.UtcDateTime) : null;
}
