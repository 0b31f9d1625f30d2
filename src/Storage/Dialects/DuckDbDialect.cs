using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Storage;

internal sealed partial class DuckDbDialect : Dialect
{
    private readonly ConcurrentDictionary<string, string> _translated = new();

    public override string Name => "duckdb";

    public override bool Blocks => true;

    public override bool PlansApart => true;

    public override string Translate(string sql) =>
        _translated.Count < 4_096 ? _translated.GetOrAdd(sql, Swap) : Swap(sql);

    public override bool IsConflict(DbException problem) =>
        problem.Message.Contains("Conflict", StringComparison.OrdinalIgnoreCase) ||
        problem.Message.Contains("violat", StringComparison.OrdinalIgnoreCase);

    public override bool IsFatal(DbException problem) => problem.Message.StartsWith("FATAL", StringComparison.Ordinal);

    // The engine says what the system told it.
    public override bool IsDiskFull(DbException problem) =>
        problem.Message.Contains("No space left on device", StringComparison.Ordinal) || problem.Message.Contains("Could not write all bytes", StringComparison.Ordinal);

    // It decides that well by itself.
    public override string ComputedOnce => "";

    public override string ApproximateDistinct(string expression) => $"approx_count_distinct({expression})";

    // As a JSON pointer (RFC 6901): of the ways to write a key it is the one in which no sign is a wildcard.
    public override string JsonKey(string name) => "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Swap(string sql) => LiteralOrParameter().Replace(sql, static m => m.Value[0] == '@' ? "$" + m.Value[1..] : m.Value);

    // A quoted literal or name is passed over whole, so that 'a@b.example' stays what it is.
    [GeneratedRegex("""'(?:[^']|'')*'|"[^"]*"|@[A-Za-z_][A-Za-z0-9_]*""", RegexOptions.CultureInvariant)]
    private static partial Regex LiteralOrParameter();
}
