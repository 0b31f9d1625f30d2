namespace BehaviorDashboard.Storage;

/// <summary>What spreading a store takes.</summary>
/// <param name="Obstacles">What must be otherwise first, in words; the statements are run only when there is none.</param>
public sealed record DistributionPlan(IReadOnlyList<string> Statements, IReadOnlyList<string> Obstacles);

/// <summary>Reads off the store's own catalogue what Citus would need of each table: see <c>docs/scale.md</c>.</summary>
internal sealed class Distribution(Database database)
{
    private const string Tables = "select cast(c.relname as text) from pg_class c where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = current_schema()::regnamespace order by 1";

    private const string Nullable = """
        select cast(c.relname as text) from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = current_schema()::regnamespace and a.attname = @Key and not a.attnotnull order by 1
        """;

    private const string UniqueKeys = """
        select cast(t.relname as text) as Table, cast(i.relname as text) as Name, string_agg(cast(a.attname as text), ',' order by k.place) as Columns, pg_get_indexdef(x.indexrelid) as Definition
        from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
            cross join lateral unnest(cast(x.indkey as smallint[])) with ordinality as k(number, place) left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number
        where x.indisunique and not t.relispartition and t.relnamespace = current_schema()::regnamespace group by 1, 2, x.indexrelid order by 1, 2
        """;

    private const string Triggers = """
        select distinct cast(c.relname as text) from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where not t.tgisinternal and not c.relispartition and c.relnamespace = current_schema()::regnamespace order by 1
        """;

    private const string Installed = "select count(*) from pg_extension where extname = 'citus'";

    public sealed record UniqueKey(string Table, string Name, string Columns, string Definition)
    {
        public bool HasKey => Columns.Split(',').Contains(Placements.Key);
    }

    public async Task<bool> HasCitusAsync(CancellationToken cancel) => await database.ScalarAsync<long>(Installed, cancel: cancel) > 0;

    public Task<IReadOnlyList<UniqueKey>> UniqueKeysAsync(CancellationToken cancel = default) => database.QueryAsync<UniqueKey>(UniqueKeys, cancel: cancel);

    public async Task<DistributionPlan> PlanAsync(CancellationToken cancel = default)
    {
        var tables = await database.QueryAsync<string>(Tables, cancel: cancel);
        var (statements, obstacles) = (new List<string>(), new List<string>());
        foreach (var table in tables.Where(t => !Placements.All.ContainsKey(t))) obstacles.Add($"{table} has no place among the servers: this version does not know it.");
        List<string> Of(Placement place) => [.. Placements.All.Where(p => p.Value == place).Select(p => p.Key).Where(tables.Contains)];
        var people = Of(Placement.ByPerson);
        foreach (var key in (await UniqueKeysAsync(cancel)).Where(k => people.Contains(k.Table) && !k.HasKey))
        {
            statements.Add($"drop index {SqlName.Quote(key.Name)}");
            statements.Add($"create unique index {SqlName.Quote(key.Name)} on {SqlName.Quote(key.Table)} ({key.Columns}, {Placements.Key})");
        }
        obstacles.AddRange((await database.QueryAsync<string>(Nullable, new { Placements.Key }, cancel)).Where(people.Contains)
            .Select(table => $"{table} may hold rows without {Placements.Key}, for which Citus has no place."));
        foreach (var table in (await database.QueryAsync<string>(Triggers, cancel: cancel)).Where(people.Contains))
            obstacles.Add($"{table} is watched by triggers, which Citus does not run on distributed tables.");
        // What a transaction has laid out it can go on with only so.
        statements.Add("set local citus.multi_shard_modify_mode to 'sequential'");
        statements.AddRange(Of(Placement.EveryServer).Select(t => $"select create_reference_table({SqlName.Literal(t)})"));
        statements.AddRange(people.Select((t, i) => $"select create_distributed_table({SqlName.Literal(t)}, '{Placements.Key}'{(i == 0 ? "" : $", colocate_with => {SqlName.Literal(people[0])}")})"));
        statements.AddRange(Of(Placement.ByMessage).Select(t => $"select create_distributed_table({SqlName.Literal(t)}, '{Placements.MessageKey}', colocate_with => 'none')"));
        return new DistributionPlan(statements, obstacles);
    }

    /// <summary>All of it or nothing.</summary>
    public Task RunAsync(DistributionPlan plan, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var statement in plan.Statements) await session.ExecuteLongAsync(statement);
    }, cancel);
}
