using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Storage;

/// <summary>
/// A slice's numbered SQL files, embedded as <c>Slice/Sql/001_name.sql</c>. Lines between <c>--@postgres</c> or
/// <c>--@duckdb</c> and <c>--@all</c> run on that engine only. A line <c>--@alone</c> says that servers of the version before cannot go on
/// after it.
/// </summary>
/// <param name="Slice">Folder name, such as <c>Segments</c>.</param>
public sealed record MigrationSource(Assembly Assembly, string Slice)
{
    internal IEnumerable<Migration> Read()
    {
        var marker = $".{Slice}.Sql.";
        foreach (var name in Assembly.GetManifestResourceNames().Where(n => n.Contains(marker, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(Assembly.GetManifestResourceStream(name)!);
            var file = name[(name.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..];
            yield return new Migration(Slice, int.Parse(file[..3], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
        }
    }
}

internal sealed partial record Migration(string Slice, int Number, string File, string Text)
{
    public bool IsAlone => Text.Split('\n').Any(line => line.TrimEnd() == "--@alone");

    public string For(string engine)
    {
        var kept = new List<string>();
        var active = true;
        foreach (var line in Text.Split('\n'))
        {
            var mark = EngineMark().Match(line);
            if (mark.Success) active = mark.Groups[1].Value is "all" || mark.Groups[1].Value == engine;
            else if (active) kept.Add(line);
        }
        return kept.All(l => string.IsNullOrWhiteSpace(l) || l.StartsWith("--", StringComparison.Ordinal)) ? "" : string.Join('\n', kept);
    }

    [GeneratedRegex(@"^--@(all|duckdb|postgres)\s*$")]
    private static partial Regex EngineMark();
}
