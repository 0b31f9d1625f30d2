namespace BehaviorDashboard.Testing;

/// <summary>The product on a PostgreSQL database of its own.</summary>
public class PostgresHost : WebHost
{
    protected override Engine Engine => Engine.Postgres;
}
