using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Quality;

/// <summary>All SQL of the rejects inbox.</summary>
internal sealed class RejectsStore(Database database)
{
    private const string Insert = """
        insert into rejects (id, received_at, source_id, code, field, reason, raw, implied_type, shape, user_id, anonymous_id, sent_at, status)
        select unnest(@Ids), unnest(@Times), unnest(@Sources), unnest(@Codes), unnest(@Fields), unnest(@Reasons), unnest(@Raws), unnest(@Types), unnest(@Shapes),
            unnest(@Users), unnest(@Devices), unnest(@Sent), 'waiting'
        """;

    private const string Columns = """
        id as Id, received_at as ReceivedAt, source_id as SourceId, code as Code, field as Field, reason as Reason, raw as Raw,
        implied_type as ImpliedType, shape as Shape, user_id as UserId, anonymous_id as AnonymousId, sent_at as SentAt
        """;

    private const string Page = $"""
        select {Columns} from rejects where status = 'waiting' and (@Code = '' or (code = @Code and field = @Field)) and (received_at, id) < (@Before, @BeforeId)
        order by received_at desc, id desc limit @Limit
        """;

    private const string CountByReason = """
        select code as Code, field as Field, count(*) as Count, max(received_at) as Latest from rejects where status = 'waiting' group by code, field order by 3 desc, 1, 2
        """;

    private const string ByReason = $"select {Columns} from rejects where status = 'waiting' and code = @Code and field = @Field and id > @After order by id limit @Limit";

    private const string ById = $"select {Columns} from rejects where status = 'waiting' and id = @Id";

    private const string CloseReason = "update rejects set status = 'dismissed' where status = 'waiting' and code = @Code and field = @Field";

    private const string Close = "update rejects set status = @Status where id = any(@Ids)";

    private const string Mentioning = """
        select id as Id, coalesce(user_id, '') || '|' || coalesce(anonymous_id, '') || '|' || raw as Text from rejects
        where user_id = any(@Words) or anonymous_id = any(@Words) or exists (select 1 from (select lower(unnest(@Words)) as word) w where position(w.word in lower(raw)) > 0)
        """;

    private const string Remove = "delete from rejects where id = any(@Ids)";

    private const string Forget = "delete from rejects where received_at < @Before";

    public Task AddAsync(IReadOnlyList<Reject> rejects, CancellationToken cancel) => database.ExecuteAsync(Insert, new
    {
        Ids = SqlList.Of(rejects.Select(r => r.Id)),
        Times = SqlList.Of(rejects.Select(r => r.ReceivedAt.UtcDateTime)),
        Sources = SqlList.Of(rejects.Select(r => r.SourceId)),
        Codes = SqlList.Of(rejects.Select(r => r.Code)),
        Fields = SqlList.Of(rejects.Select(r => r.Field)),
        Reasons = SqlList.Of(rejects.Select(r => r.Reason)),
        Raws = SqlList.Of(rejects.Select(r => r.Raw.Replace("\0", "", StringComparison.Ordinal))),
        Types = SqlList.Of(rejects.Select(r => r.ImpliedType)),
        Shapes = SqlList.Of(rejects.Select(r => r.Shape)),
        Users = SqlList.Of(rejects.Select(r => r.UserId)),
        Devices = SqlList.Of(rejects.Select(r => r.AnonymousId)),
        Sent = SqlList.Of(rejects.Select(r => r.SentAt?.UtcDateTime)),
    }, cancel);

    /// <summary>Newest first, those before a row of the page before.</summary>
    public Task<IReadOnlyList<Reject>> PageAsync(string code, string field, DateTimeOffset before, string beforeId, int limit, CancellationToken cancel) =>
        database.QueryAsync<Reject>(Page, new { Code = code, Field = field, Before = before, BeforeId = beforeId, Limit = limit }, cancel);

    public Task<IReadOnlyList<ReasonCount>> CountAsync(CancellationToken cancel) => database.QueryAsync<ReasonCount>(CountByReason, cancel: cancel);

    public Task<Reject?> FindAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<Reject>(ById, new { Id = id }, cancel);

    /// <summary>Oldest first, those after an id.</summary>
    public Task<IReadOnlyList<Reject>> OfReasonAsync(string code, string field, string after, int limit, CancellationToken cancel) =>
        database.QueryAsync<Reject>(ByReason, new { Code = code, Field = field, After = after, Limit = limit }, cancel);

    public Task<int> DismissReasonAsync(string code, string field, CancellationToken cancel) =>
        database.ExecuteAsync(CloseReason, new { Code = code, Field = field }, cancel);

    public Task CloseAsync(IEnumerable<string> ids, string status, CancellationToken cancel) =>
        database.ExecuteAsync(Close, new { Ids = SqlList.Of(ids), Status = status }, cancel);

    /// <summary>Those of any state that hold one of the words.</summary>
    public Task<IReadOnlyList<Mention>> MentioningAsync(IEnumerable<string> words, CancellationToken cancel) => database.QueryAsync<Mention>(Mentioning, new { Words = SqlList.Of(words) }, cancel);

    public Task RemoveAsync(IEnumerable<string> ids) => database.ExecuteAsync(Remove, new { Ids = SqlList.Of(ids) });

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancel) => database.ExecuteAsync(Forget, new { Before = before }, cancel);
}

/// <summary>A reject with all its text.</summary>
internal sealed record Mention(string Id, string Text);
