using System.Text.RegularExpressions;

namespace BehaviorDashboard.Storage;

/// <summary>Names a statement without a word of what it was asked.</summary>
internal static partial class StatementName
{
    private const int MostTables = 6;

    /// <param name="file">Where the source lay when it was compiled, on whatever system.</param>
    public static string Of(string file, string member)
    {
        var name = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
        return $"{(name.EndsWith(".cs", StringComparison.Ordinal) ? name[..^3] : name)}.{member}";
    }

    /// <returns>The verb and the tables, in the order in which they are first named.</returns>
    public static string What(string sql)
    {
        var text = NoTables().Replace(sql, " ");
        var parts = Part().Matches(text).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var tables = Table().Matches(text).Select(m => m.Groups["table"].Value).Where(t => !parts.Contains(t)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var verbs = Verb().Matches(text).Select(m => m.Value.ToLowerInvariant()).ToList();
        var verb = verbs.Find(v => v is "insert" or "update" or "delete") ?? verbs.FirstOrDefault();
        return $"{verb} {string.Join(", ", tables.Take(MostTables))}{(tables.Count > MostTables ? ", …" : "")}".Trim();
    }

    [GeneratedRegex(@"\b(?:insert(?=\s+into)|update(?=\s+\w+\s+set)|delete(?=\s+from)|select|create|copy|vacuum|analyze|checkpoint)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Verb();

    [GeneratedRegex(@"\b(?:(?:from|join)\s+(?<table>[a-z_]\w*)(?!\w*\s*\()|into\s+(?<table>[a-z_]\w*)|update\s+(?<table>[a-z_]\w*)(?=\s+set\b))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Table();

    [GeneratedRegex(@"\b([a-z_]\w*)(?:\s*\([^()]*\))?\s+as\s+(?:not\s+)?(?:materialized\s*)?\(", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Part();

    // Literals, parameters and remarks, and the froms that name no table.
    [GeneratedRegex(@"'(?:[^']|'')*'|@\w+|--[^\n]*|\bextract\s*\(\s*\w+\s+from\b|\bdistinct\s+from\b|\bdo\s+update\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NoTables();
}
