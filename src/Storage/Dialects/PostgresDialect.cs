using System.Data.Common;

namespace BehaviorDashboard.Storage;

internal sealed class PostgresDialect : Dialect
{
    public override string Name => "postgres";

    public override bool Blocks => false;

    // Serialisation failure, deadlock, and a unique key taken by a neighbour between our look and our insert.
    public override bool IsConflict(DbException problem) => problem.SqlState is "40001" or "40P01" or "23505";

    public override bool IsDiskFull(DbException problem) => problem.SqlState == "53100";

    // Named once, one is put where it is named, and where the planner repeats what it is named in, it is computed again.
    public override string ComputedOnce => "materialized ";

    public override string ApproximateDistinct(string expression) => $"count(distinct {expression})";

    public override string JsonKey(string name) => name;
}
