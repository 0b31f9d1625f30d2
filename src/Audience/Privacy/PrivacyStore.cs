using BehaviorDashboard.Events;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Privacy;

/// <summary>Reports of erasures and runs of retention.</summary>
internal sealed class PrivacyStore(Database database)
{
    private const string Insert = """
        insert into erasure_reports (id, person, erased_at, keep_totals, records, models) values (@Id, @Person, @ErasedAt, @KeepTotals, @Records, @Models)
        """;

    private const string Reports = """
        select id as Id, person as Person, erased_at as ErasedAt, keep_totals as KeepTotals, records as Records, models as Models from erasure_reports order by erased_at desc, id desc limit @Limit
        """;

    private const string Count = "select count(*) from erasure_reports";

    private const string Compaction = "select wanted_at as WantedAt, done_at as DoneAt from compaction where id = 1";

    private const string InsertRun = "insert into retention_runs (kind, ran_at, removed) values (@Kind, @At, @Removed)";

    private const string LastRuns = """
        select kind as Kind, ran_at as RanAt, removed as Removed from retention_runs r where ran_at = (select max(ran_at) from retention_runs x where x.kind = r.kind)
        """;

    // Known people are never due: only what has no name.
    private const string Old = "from profiles where not is_known and last_seen < @Before";

    private const string OldKeys = $"select user_id {Old} order by user_id limit @Limit";

    private const string OldEvents = """
        from events e where e.occurred_at < @Before
            and not (e.type in ('track', 'item') and e.name in ('Order Completed', 'Order Refunded', 'Order Cancelled', 'Revenue Adjusted', 'Stock Adjusted', 'Product Reviewed'))
        """;

    private const string CountOldEvents = $"select count(*) {OldEvents}";

    private const string PeopleOfOldEvents = $"""
        select distinct coalesce(i.user_id, o.user_id) from (select e.user_id {OldEvents} and e.user_id <> '') o left join identities i on i.alias = o.user_id limit @Limit
        """;

    private const string OldOfPeople = $"""
        occurred_at < @Before and message_id in (select e.message_id {OldEvents} and (e.user_id = any(@People) or e.user_id in (select i.alias from identities i where i.user_id = any(@People))))
        """;

    private const string OldOfNobody = $"occurred_at < @Before and message_id in (select e.message_id {OldEvents} and e.user_id = '')";

    private sealed record Wanted(DateTimeOffset? WantedAt, DateTimeOffset? DoneAt);

    public Task AddAsync(ErasureReport report) => database.ExecuteAsync(Insert, report);

    public Task<IReadOnlyList<ErasureReport>> ReportsAsync(int limit, CancellationToken cancel) => database.QueryAsync<ErasureReport>(Reports, new { Limit = limit }, cancel);

    public Task<long> CountAsync(CancellationToken cancel) => database.ScalarAsync<long>(Count, cancel: cancel);

    public async Task<DiskState> DiskAsync(CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<Wanted>(Compaction, cancel: cancel) is { } wanted ? new DiskState(database.Dialect.Blocks, wanted.WantedAt, wanted.DoneAt) : new DiskState(database.Dialect.Blocks, null, null);

    public Task RanAsync(RetentionRun run) => database.ExecuteAsync(InsertRun, new { run.Kind, At = run.RanAt, run.Removed });

    public Task<IReadOnlyList<RetentionRun>> LastRunsAsync(CancellationToken cancel) => database.QueryAsync<RetentionRun>(LastRuns, cancel: cancel);

    public Task<long> OldEventsAsync(DateTimeOffset before, CancellationToken cancel) => database.ScalarAsync<long>(CountOldEvents, new { Before = before }, cancel);

    public Task<IReadOnlyList<string>> PeopleOfOldEventsAsync(DateTimeOffset before, int limit, CancellationToken cancel) => database.QueryAsync<string>(PeopleOfOldEvents, new { Before = before, Limit = limit }, cancel);

    public static Task<int> RemoveOldEventsAsync(ExclusiveSession exclusive, DateTimeOffset before, IReadOnlyList<string> people) => exclusive.RemoveEventsAsync(OldOfPeople, new { Before = before, People = SqlList.Of(people) });

    public static Task<int> RemoveOldOfNobodyAsync(ExclusiveSession exclusive, DateTimeOffset before) => exclusive.RemoveEventsAsync(OldOfNobody, new { Before = before });

    public Task<long> AnonymousAsync(DateTimeOffset before, CancellationToken cancel) => database.ScalarAsync<long>($"select count(*) {Old}", new { Before = before }, cancel);

    public Task<IReadOnlyList<string>> AnonymousKeysAsync(DateTimeOffset before, int limit, CancellationToken cancel) => database.QueryAsync<string>(OldKeys, new { Before = before, Limit = limit }, cancel);
}

/// <summary>When a kind of data was last looked through, and how much went.</summary>
public sealed record RetentionRun(string Kind, DateTimeOffset RanAt, long Removed);
