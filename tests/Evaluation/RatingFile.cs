using System.Globalization;
using System.IO.Compression;

namespace BehaviorDashboard.Evaluation;

/// <summary>Lines of user, item and optionally rating and time (seconds), tab-separated; gzip or not, with a header or not.</summary>
internal static class RatingFile
{
    public sealed record Line(string User, string Item, double Seconds);

    public static List<Line> Read(string path)
    {
        using var file = File.OpenRead(path);
        var zipped = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var reader = new StreamReader(zipped ? new GZipStream(file, CompressionMode.Decompress) : file);
        var (lines, number) = (new List<Line>(), 0);
        while (reader.ReadLine() is { } text)
        {
            number++;
            var fields = text.Split('\t');
            if (text.Length == 0 || number == 1 && IsHeader(fields))
                continue;
            if (fields.Length < 2 || fields[0].Length == 0 || fields[1].Length == 0)
                throw new EvaluationException($"{path}, line {number}: there is no user and item, separated by a tab.");
            lines.Add(new Line(fields[0], fields[1], fields.Length > 3 ? Seconds(fields[3], path, number) : 0));
        }
        return lines.Count > 0 ? lines : throw new EvaluationException($"{path} is empty.");
    }

    /// <summary>A first line is a header when a column that holds numbers does not start with one, or when it names its columns.</summary>
    private static bool IsHeader(string[] fields) =>
        fields.Length > 2 ? !IsNumber(fields[2]) : fields[0].Contains("user", StringComparison.OrdinalIgnoreCase) && !fields[0].Any(char.IsDigit);

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static double Seconds(string text, string path, int number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw new EvaluationException($"{path}, line {number}: the time {text} is not a number of seconds.");
}
