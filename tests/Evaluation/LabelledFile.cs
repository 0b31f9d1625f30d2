using BehaviorDashboard.Imports;

namespace BehaviorDashboard.Evaluation;

/// <summary>Texts with their labels: lines of text, tab, label without a header, or a delimited file with one; gzip, a zip of one file or plain, in any usual encoding.</summary>
internal static class LabelledFile
{
    public sealed record Line(string Text, string Label);

    private static readonly string[] TextNames = ["review", "text", "utterance", "instruction", "sentence", "body", "content", "comment", "message", "review_body", "评论", "内容"];
    private static readonly string[] LabelNames = ["label", "sentiment", "intent", "rating", "stars", "class", "category", "标签"];

    /// <param name="text">The text's column; null: found by its name.</param>
    /// <param name="label">The label's column; null: found by its name.</param>
    /// <param name="labelNames">Names looked for first.</param>
    public static List<Line> Read(string path, string? text, string? label, params string[] labelNames)
    {
        try
        {
            var lines = text is null && label is null && ByTab(path) is { } tabbed ? tabbed : ByHeader(path, text, label, labelNames);
            return lines.Count > 0 ? lines : throw new EvaluationException($"{path} holds no text with a label.");
        }
        catch (ImportException problem)
        {
            throw new EvaluationException(problem.Message);
        }
    }

    /// <returns>Null where the lines are not text, tab, 0 or 1. Quotes mean nothing here.</returns>
    private static List<Line>? ByTab(string path)
    {
        using var file = SourceFile.Open(path);
        var (lines, seen) = (new List<Line>(), 0);
        while (file.Reader.ReadLine() is { } line)
        {
            if (line.Trim().Length == 0) continue;
            var tab = line.LastIndexOf('\t');
            var isLabel = tab >= 0 && line[(tab + 1)..].Trim() is "0" or "1";
            if (++seen <= 20 && !isLabel && lines.Count == 0) return null;
            if (isLabel && line[..tab].Trim() is { Length: > 0 } text) lines.Add(new Line(text, line[(tab + 1)..].Trim()));
        }
        return lines.Count > 0 ? lines : null;
    }

    private static List<Line> ByHeader(string path, string? text, string? label, string[] labelNames)
    {
        using var file = SourceFile.Open(path);
        var lines = new List<Line>();
        foreach (var row in Table.Read(file.Reader))
        {
            text ??= Column(path, row, TextNames, null, "text");
            label ??= Column(path, row, [.. labelNames, .. LabelNames], text, "label");
            if (!row.Columns.ContainsKey(text) || !row.Columns.ContainsKey(label)) throw new EvaluationException($"{path} has no column {(row.Columns.ContainsKey(text) ? label : text)}; there are {string.Join(", ", row.Columns.Keys)}.");
            if (row[text] is { } said && row[label] is { } marked) lines.Add(new Line(said, marked));
        }
        return lines;
    }

    private static string Column(string path, TableRow row, string[] names, string? not, string what) =>
        names.FirstOrDefault(n => n != not && row.Columns.ContainsKey(n)) ?? throw new EvaluationException($"{path}: no column is known to hold the {what}; name it with --{what}. There are {string.Join(", ", row.Columns.Keys)}.");
}
