using System.Data.Common;
using System.Text.RegularExpressions;

namespace BehaviorDashboard.Storage;

/// <summary>
/// What an engine said of a statement, without the values it quoted: exceptions are logged, and values may be names and addresses
/// of people. Names of tables, columns and constraints stay.
/// </summary>
public sealed partial class StatementException : DbException
{
    private StatementException(string message, string? state) : base(message) => SqlState = state;

    public override string? SqlState { get; }

    /// <returns>Null where the engine quoted no value.</returns>
    internal static StatementException? Of(DbException problem)
    {
        var bare = Quoted().Replace(problem.Message, quoted => IsName(quoted.Value) ? quoted.Value : "…");
        return bare == problem.Message ? null : new StatementException(bare, problem.SqlState);
    }

    private static bool IsName(string quoted) => quoted[1..^1].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    // DuckDB repeats JSON it cannot read, quotes and all, to the end of its message.
    [GeneratedRegex("(?<=Input: ).+|'[^']*'|\"[^\"]*\"", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Quoted();
}
