using System.Data.Common;

namespace BehaviorDashboard.Storage;

/// <summary>What differs between the SQL engines. Everything else is one SQL text, written with <c>@name</c> parameters.</summary>
public abstract class Dialect
{
    public abstract string Name { get; }

    /// <summary>The engine's own spelling of a statement's parameters.</summary>
    public virtual string Translate(string sql) => sql;

    /// <summary>Whether calls block the calling thread, so that they belong on a pool thread.</summary>
    public abstract bool Blocks { get; }

    /// <summary>
    /// Whether a statement outside a transaction is planned in one and run in another. A count may come from the plan, so
    /// one statement could see two commits.
    /// </summary>
    public virtual bool PlansApart => false;

    /// <summary>Whether a failed transaction may succeed when it is simply run again.</summary>
    public abstract bool IsConflict(DbException problem);

    /// <summary>Whether the engine has given up and must be opened afresh.</summary>
    public virtual bool IsFatal(DbException problem) => false;

    /// <summary>Whether there was no room on the store's disk.</summary>
    public abstract bool IsDiskFull(DbException problem);

    /// <summary>What makes a common table expression be computed once: <c>with t as {ComputedOnce}(…)</c>.</summary>
    public abstract string ComputedOnce { get; }

    /// <summary>Distinct count of an expression where an estimate is enough.</summary>
    public abstract string ApproximateDistinct(string expression);

    /// <summary>What <c>json ->> @key</c> takes to read the field of this name, whatever signs the name holds.</summary>
    public abstract string JsonKey(string name);

    /// <summary>Seconds since 1970 of a timestamp, as a whole number rounded down.</summary>
    public static string EpochSeconds(string expression) => $"cast(floor(extract(epoch from {expression})) as bigint)";
}
