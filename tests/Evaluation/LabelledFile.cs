using System.IO.Compression;
using System.Text;
using Sylvan.Data.Csv;
using UtfUnknown;

namespace BehaviorDashboard.Evaluation;

/// <summary>Texts with their labels: a delimited file with a header or without, or lines of text, tab, 0 or 1; gzip, a zip of one file or plain, in any usual encoding.</summary>
internal static class LabelledFile
{
    public sealed record Line(string Text, string Label);

    private const int LargestRow = 4 * 1024 * 1024;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];
    private static readonly string[] TextNames = ["review", "text", "utterance", "instruction", "sentence", "body", "content", "comment", "message", "review_body", "评论", "内容"];
    private static readonly string[] LabelNames = ["label", "sentiment", "intent", "rating", "stars", "class", "category", "标签"];

    /// <param name="text">The text's column; null: found by its name.</param>
    /// <param name="label">The label's column; null: found by its name.</param>
    /// <param name="labelNames">Names looked for first.</param>
    public static List<Line> Read(string path, string? text, string? label, params string[] labelNames)
    {
        var content = Content(path);
        var lines = text is null && label is null && ByTab(content) is { } tabbed ? tabbed
            : text is null && label is null && WithoutHeader(content, labelNames) is { } bare ? bare : ByHeader(path, content, text, label, labelNames);
        return lines.Count > 0 ? lines : throw new EvaluationException($"{path} holds no text with a label.");
    }

    private static string Content(string path)
    {
        using var file = File.OpenRead(path);
        using var bytes = new MemoryStream();
        try
        {
            Unpack(path, file).CopyTo(bytes);
        }
        catch (InvalidDataException problem)
        {
            throw new EvaluationException($"{path} cannot be unpacked: {problem.Message}");
        }
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Encoding encoding = new UTF8Encoding(false, throwOnInvalidBytes: true);
        try
        {
            _ = encoding.GetCharCount(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (DecoderFallbackException)
        {
            encoding = CharsetDetector.DetectFromBytes(bytes.ToArray()).Detected?.Encoding ?? Encoding.Latin1;
        }
        bytes.Position = 0;
        return new StreamReader(bytes, encoding, detectEncodingFromByteOrderMarks: true).ReadToEnd();
    }

    private static Stream Unpack(string path, FileStream file)
    {
        var magic = new byte[4];
        var read = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
        file.Position = 0;
        if (read >= 2 && magic is [0x1f, 0x8b, ..]) return new GZipStream(file, CompressionMode.Decompress);
        if (read < 4 || magic is not [(byte)'P', (byte)'K', 3, 4]) return file;
        var entries = new ZipArchive(file, ZipArchiveMode.Read).Entries.Where(e => e.Length > 0 && !e.FullName.StartsWith("__MACOSX", StringComparison.Ordinal)).ToList();
        return entries is [var only] ? only.Open() : throw new EvaluationException($"{path} holds {entries.Count} files; unpack it and name the one.");
    }

    /// <returns>Null where the lines are not text, tab, 0 or 1. Quotes mean nothing here.</returns>
    private static List<Line>? ByTab(string content)
    {
        var (lines, seen, reader) = (new List<Line>(), 0, new StringReader(content));
        while (reader.ReadLine() is { } line)
        {
            if (line.Trim().Length == 0) continue;
            var tab = line.LastIndexOf('\t');
            var isLabel = tab >= 0 && line[(tab + 1)..].Trim() is "0" or "1";
            if (++seen <= 20 && !isLabel && lines.Count == 0) return null;
            if (isLabel && line[..tab].Trim() is { Length: > 0 } text) lines.Add(new Line(text, line[(tab + 1)..].Trim()));
        }
        return lines.Count > 0 ? lines : null;
    }

    /// <summary>A file whose first row is a text like the others: the label is the column of fewest values, one of which stands in that row and again below; the text the longest of the others.</summary>
    /// <returns>Null where the first row names columns.</returns>
    private static List<Line>? WithoutHeader(string content, string[] labelNames)
    {
        var head = content.Split('\n', 2)[0];
        var delimiter = Delimiters.MaxBy(d => head.Count(c => c == d));
        var rows = delimiter == '\t' ? [.. content.Split('\n').Select(l => l.TrimEnd('\r').Split('\t'))] : Delimited(content, delimiter);
        if (rows.Count < 2 || rows[0].Length < 2 || rows[0].Any(c => TextNames.Concat(labelNames).Concat(LabelNames).Contains(c.Trim('\uFEFF', ' '), StringComparer.OrdinalIgnoreCase))) return null;
        var looked = rows.Where(r => r.Length == rows[0].Length).Take(1_000).ToList();
        int Values(int column) => looked.Select(r => r[column]).Distinct().Count();
        var marked = Enumerable.Range(0, rows[0].Length).Where(i => looked.Skip(1).Any(r => r[i] == rows[0][i]) && Values(i) is >= 2 and var n && n <= looked.Count / 2).OrderBy(Values).Append(-1).First();
        if (marked < 0) return null;
        var said = Enumerable.Range(0, rows[0].Length).Where(i => i != marked).MaxBy(i => looked.Sum(r => (long)r[i].Length));
        return [.. rows.Where(r => r.Length > Math.Max(said, marked)).Select(r => new Line(r[said].Trim(), r[marked].Trim())).Where(l => l.Text.Length > 0 && l.Label.Length > 0)];
    }

    private static List<string[]> Delimited(string content, char delimiter)
    {
        var rows = new List<string[]>();
        try
        {
            using var csv = CsvDataReader.Create(new StringReader(content), new CsvDataReaderOptions { Delimiter = delimiter, HasHeaders = false, Comment = '\0', MaxBufferSize = LargestRow });
            while (csv.Read()) rows.Add([.. Enumerable.Range(0, csv.RowFieldCount).Select(csv.GetString)]);
        }
        catch (Exception problem) when (problem is CsvFormatException or CsvRecordTooLargeException)
        {
            return [];
        }
        return rows;
    }

    private static List<Line> ByHeader(string path, string content, string? text, string? label, string[] labelNames)
    {
        var head = content.Split('\n', 2)[0];
        var options = new CsvDataReaderOptions { Delimiter = Delimiters.MaxBy(d => head.Count(c => c == d)), Comment = '\0', MaxBufferSize = LargestRow };
        var lines = new List<Line>();
        try
        {
            using var csv = CsvDataReader.Create(new StringReader(content), options);
            var names = Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetName(i).Trim('\uFEFF', ' ')).ToList();
            int Place(string? given, string[] known, int not, string what)
            {
                var place = given is not null ? names.FindIndex(n => n.Equals(given, StringComparison.OrdinalIgnoreCase)) : known.Select(k => names.FindIndex(n => n.Equals(k, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(i => i >= 0 && i != not, -1);
                return place >= 0 ? place : throw new EvaluationException($"{path}: {(given is null ? $"no column is known to hold the {what}; name it with --{what}" : $"there is no column {given}")}. There are {string.Join(", ", names)}.");
            }
            var said = Place(text, TextNames, -1, "text");
            var marked = Place(label, [.. labelNames, .. LabelNames], said, "label");
            while (csv.Read())
                if (Math.Max(said, marked) < csv.RowFieldCount && csv.GetString(said).Trim() is { Length: > 0 } body && csv.GetString(marked).Trim() is { Length: > 0 } mark) lines.Add(new Line(body, mark));
        }
        catch (Exception problem) when (problem is CsvFormatException or CsvRecordTooLargeException)
        {
            throw new EvaluationException($"{path} cannot be read as a table: {problem.Message}");
        }
        return lines;
    }
}
