using System.Globalization;
using BehaviorDashboard.Learning;
using Sylvan.Data.Csv;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Any table with a column of two values, as rows to learn from: numbers stay, dates become days, month and weekday, words
/// and few-valued whole numbers become a column a value, what is missing stays unknown, names of rows are left out.
/// </summary>
internal sealed class TableFile
{
    private const int MostLevels = 30;
    private static readonly HashSet<string> Missing = new(["", "na", "n/a", "null", "nan", "none", "?", "-", "\\n"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> Yes = new(["true", "yes", "y", "t", "1", "1.0"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> No = new(["false", "no", "n", "f", "0", "0.0"], StringComparer.OrdinalIgnoreCase);

    private readonly List<(string Name, float[] Values)> _columns = [];

    public List<string> LeftOut { get; } = [];

    public int WithoutLabel { get; private init; }

    public string Positive { get; private init; } = "";

    public LearningRows Rows { get; private set; } = null!;

    /// <param name="positive">Which value of the label counts as 1; null: true, yes, 1, or the one later in the alphabet.</param>
    /// <param name="time">A column to split by; it is not learned from.</param>
    public static TableFile Read(string path, string label, string? positive, string? time)
    {
        var (header, lines) = Lines(path);
        var (labelAt, timeAt) = (Find(label), time is null ? -1 : Find(time));
        var kept = lines.Where(l => !Missing.Contains(l[labelAt])).ToList();
        var values = kept.Select(l => l[labelAt]).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToList();
        if (values.Count > 2 && values.All(v => Yes.Contains(v) || No.Contains(v))) values = [values.First(No.Contains), values.First(Yes.Contains)];
        if (values.Count != 2) throw new EvaluationException($"{label} has {values.Count} different values ({string.Join(", ", values.Take(5))}); a chance needs exactly two.");
        var one = positive ?? values.FirstOrDefault(Yes.Contains) ?? values[1];
        if (!values.Contains(one, StringComparer.OrdinalIgnoreCase)) throw new EvaluationException($"{label} never is {one}: it is {values[0]} or {values[1]}.");
        bool Happened(string text) => text.Equals(one, StringComparison.OrdinalIgnoreCase) || (Yes.Contains(one) && Yes.Contains(text));
        var table = new TableFile { WithoutLabel = lines.Count - kept.Count, Positive = one };
        for (var c = 0; c < header.Count; c++)
            if (c != labelAt && c != timeAt) table.Add(header[c], [.. kept.Select(l => l[c])]);
        if (table._columns.Count == 0) throw new EvaluationException($"Beside {label} there is nothing to learn from.");
        var (features, flat) = (table._columns.Select(c => c.Name).ToList(), new float[kept.Count * table._columns.Count]);
        for (var i = 0; i < kept.Count; i++)
            for (var c = 0; c < features.Count; c++) flat[i * features.Count + c] = table._columns[c].Values[i];
        table.Rows = new LearningRows(features, flat, [.. kept.Select(l => Happened(l[labelAt]) ? 1.0 : 0)], timeAt < 0 ? null : Times([.. kept.Select(l => l[timeAt])], time!));
        return table;

        int Find(string name) => header.FindIndex(h => h.Equals(name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var at ? at
            : throw new EvaluationException($"{path} has no column {name}; it has {string.Join(", ", header.Take(40))}.");
    }

    private static (List<string> Header, List<string[]> Lines) Lines(string path)
    {
        try
        {
            using var text = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress)) : new StreamReader(path);
            using var csv = CsvDataReader.Create(text, new CsvDataReaderOptions { HasHeaders = true, BufferSize = 1 << 20 });
            var header = Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetName(i).Trim().Trim('\uFEFF')).ToList();
            var lines = new List<string[]>();
            while (csv.Read())
                if (csv.RowFieldCount > 1 || header.Count == 1) lines.Add([.. Enumerable.Range(0, header.Count).Select(i => i < csv.RowFieldCount ? csv.GetString(i).Trim() : "")]);
            return lines.Count > 0 ? (header, lines) : throw new EvaluationException($"{path} has no rows.");
        }
        catch (CsvFormatException problem)
        {
            throw new EvaluationException($"{path}, row {problem.RowNumber}: {problem.Message}");
        }
    }

    private void Add(string name, string[] texts)
    {
        var known = texts.Where(t => !Missing.Contains(t)).ToList();
        var levels = known.GroupBy(t => t, StringComparer.OrdinalIgnoreCase).Select(g => (Level: g.Key, Rows: g.Count())).OrderByDescending(l => l.Rows).ThenBy(l => l.Level, StringComparer.Ordinal).ToList();
        if (levels.Count < 2 && known.Count is 0 || (levels.Count == 1 && known.Count == texts.Length))
        {
            LeftOut.Add($"{name} (never varies)");
            return;
        }
        if (levels.All(l => Yes.Contains(l.Level) || No.Contains(l.Level)))
        {
            _columns.Add((name, [.. texts.Select(t => Missing.Contains(t) ? float.NaN : Yes.Contains(t) ? 1f : 0f)]));
            return;
        }
        var numbers = texts.Select(Number).ToArray();
        if (numbers.Count(float.IsFinite) >= 0.95 * known.Count)
        {
            _columns.Add((name, numbers));
            // Codes such as a browser's or a region's number mean nothing by their size.
            if (levels.Count is > 2 and <= 25 && numbers.All(n => !float.IsFinite(n) || n == MathF.Round(n)) && texts.Length >= 20 * levels.Count) AddLevels(name, texts, levels);
            return;
        }
        var days = texts.Select(t => OrdersFile.Date(t)).ToArray();
        if (days.Count(d => d is not null) >= 0.95 * known.Count)
        {
            _columns.Add((name, [.. days.Select(d => d?.DayNumber ?? float.NaN)]));
            _columns.Add((name + " month", [.. days.Select(d => d?.Month ?? float.NaN)]));
            _columns.Add((name + " weekday", [.. days.Select(d => d is { } day ? (float)day.DayOfWeek : float.NaN)]));
            return;
        }
        if (levels.Count > 0.5 * texts.Length)
        {
            LeftOut.Add($"{name} (a name of the row)");
            return;
        }
        AddLevels(name, texts, levels);
        if (levels.Count <= MostLevels) return;
        var counts = levels.ToDictionary(l => l.Level, l => l.Rows, StringComparer.OrdinalIgnoreCase);
        _columns.Add((name + " frequency", [.. texts.Select(t => counts.TryGetValue(t, out var rows) ? rows : float.NaN)]));
    }

    private void AddLevels(string name, string[] texts, List<(string Level, int Rows)> levels)
    {
        foreach (var (level, rows) in levels.Take(MostLevels))
            if (rows >= Math.Max(3, 0.002 * texts.Length)) _columns.Add(($"{name}={level}", [.. texts.Select(t => t.Equals(level, StringComparison.OrdinalIgnoreCase) ? 1f : 0f)]));
    }

    private static float Number(string text) =>
        double.TryParse(text.EndsWith('%') ? text[..^1] : text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? (float)Math.Clamp(value, -1e30, 1e30) : float.NaN;

    private static long[] Times(List<string> texts, string column)
    {
        var times = new long[texts.Count];
        for (var i = 0; i < times.Length; i++)
            times[i] = long.TryParse(texts[i], NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number
                : DateTimeOffset.TryParse(texts[i], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.UtcTicks
                : double.TryParse(texts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? (long)(real * 1000)
                : throw new EvaluationException($"Row {i + 2}: {column} {texts[i]} is neither a time nor a number.");
        return times;
    }
}
