using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Segments;

/// <summary>Segments, their versions and stays.</summary>
internal sealed class SegmentStore(Database database)
{
    private const string Columns = """
        id as Id, name as Name, description as Description, status as Status, rule as Rule, version as Version, created_at as CreatedAt, updated_at as UpdatedAt, size as Size, as_of as AsOf
        """;

    private const string All = $"select {Columns} from segments order by status, lower(name), id";

    private const string One = $"select {Columns} from segments where id = @Id";

    private const string NextId = "select cast(nextval('segments_id') as integer)";

    private const string Insert = """
        insert into segments (id, name, description, status, rule, version, created_at, updated_at) values (@Id, @Name, @Description, 'draft', @Rule, 1, @Now, @Now)
        """;

    private const string Update = """
        update segments set name = @Name, description = @Description, rule = @Rule, version = version + @Step, updated_at = @Now where id = @Id and version = @Version
        """;

    private const string SetStatus = "update segments set status = @Status, updated_at = @Now where id = @Id";

    private const string Remember = "insert into segment_versions (segment_id, version, rule, saved_at) values (@Id, @Version, @Rule, @Now)";

    private const string Versions = "select version as Version, rule as Rule, saved_at as SavedAt from segment_versions where segment_id = @Id order by version desc";

    // Whoever was in at the instant, though they may have left since: pages of one listing belong together.
    private const string MembersAt = """
        select user_id as Person, entered_at as Since from segment_members
        where segment_id = @Id and entered_at <= @AsOf and (left_at is null or left_at > @AsOf) and user_id > @After order by user_id limit @Limit
        """;

    private const string Newest = """
        select m.user_id as Person, m.entered_at as Since from segment_members m where m.segment_id = @Id and m.left_at is null order by m.entered_at desc, m.user_id limit @Limit
        """;

    private const string Changes = """
        select segment_id as SegmentId, user_id as Person, entered as Entered, happened as When from (
            select segment_id, user_id, true as entered, entered_at as happened from segment_members where @Id = 0 or segment_id = @Id
            union all
            select segment_id, user_id, false, left_at from segment_members where left_at is not null and (@Id = 0 or segment_id = @Id)) c
        order by happened desc, user_id limit @Limit
        """;

    private const string Days = """
        select day as Day, cast(sum(came) as bigint) as Entered, cast(sum(went) as bigint) as Left from (
            select cast(entered_at at time zone @Zone as date) as day, 1 as came, 0 as went from segment_members where segment_id = @Id and entered_at >= @Since
            union all
            select cast(left_at at time zone @Zone as date), 0, 1 from segment_members where segment_id = @Id and left_at >= @Since) d
        group by day order by day
        """;

    private const string SinceOf = "select entered_at from segment_members where segment_id = @Id and user_id = @Person and left_at is null";

    private const string EventNamesSeen = "select name from events where type <> 'item' and occurred_at >= @Since group by name order by count(*) desc, name limit 60";

    public Task<IReadOnlyList<Segment>> AllAsync(CancellationToken cancel) => database.QueryAsync<Segment>(All, null, cancel);

    public Task<Segment?> FindAsync(int id, CancellationToken cancel) => database.FirstOrDefaultAsync<Segment>(One, new { Id = id }, cancel);

    public Task<int> AddAsync(SegmentDraft draft, string rule, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var id = await session.ScalarAsync<int>(NextId);
        await session.ExecuteAsync(Insert, new { Id = id, draft.Name, draft.Description, Rule = rule, Now = now });
        await session.ExecuteAsync(Remember, new { Id = id, Version = 1, Rule = rule, Now = now });
        return id;
    }, cancel);

    /// <returns>False when somebody else saved meanwhile.</returns>
    public Task<bool> SaveAsync(Segment before, SegmentDraft draft, string rule, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var step = rule == before.Rule ? 0 : 1;
        if (await session.ExecuteAsync(Update, new { before.Id, draft.Name, draft.Description, Rule = rule, Step = step, Now = now, before.Version }) == 0) return false;
        if (step == 1) await session.ExecuteAsync(Remember, new { before.Id, Version = before.Version + 1, Rule = rule, Now = now });
        return true;
    }, cancel);

    public Task SetStatusAsync(int id, string status, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(SetStatus, new { Id = id, Status = status, Now = now }, cancel);

    public Task<IReadOnlyList<SegmentVersion>> VersionsAsync(int id, CancellationToken cancel) => database.QueryAsync<SegmentVersion>(Versions, new { Id = id }, cancel);

    public Task<IReadOnlyList<SegmentMember>> MembersAsync(int id, DateTimeOffset asOf, string after, int limit, CancellationToken cancel) =>
        database.QueryAsync<SegmentMember>(MembersAt, new { Id = id, AsOf = asOf, After = after, Limit = limit }, cancel);

    public Task<IReadOnlyList<SegmentMember>> NewestAsync(int id, int limit, CancellationToken cancel) => database.QueryAsync<SegmentMember>(Newest, new { Id = id, Limit = limit }, cancel);

    public Task<IReadOnlyList<SegmentChange>> ChangesAsync(int? id, int limit, CancellationToken cancel) => database.QueryAsync<SegmentChange>(Changes, new { Id = id ?? 0, Limit = limit }, cancel);

    public async Task<IReadOnlyList<SegmentDay>> DaysAsync(int id, DateTimeOffset since, string zone, CancellationToken cancel) => await database.QueryAsync<SegmentDay>(Days, new { Id = id, Since = since, Zone = zone }, cancel);

    public Task<DateTimeOffset?> SinceAsync(int id, string person, CancellationToken cancel) => database.FirstOrDefaultAsync<DateTimeOffset?>(SinceOf, new { Id = id, Person = person }, cancel);

    public Task<IReadOnlyList<string>> EventNamesAsync(DateTimeOffset since, CancellationToken cancel) => database.QueryAsync<string>(EventNamesSeen, new { Since = since }, cancel);
}
