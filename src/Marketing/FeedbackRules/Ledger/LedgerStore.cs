using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Lines of the ledger and what is written beside them.</summary>
internal sealed class LedgerStore(Database database)
{
    private const string Columns = """
        id as Id, firing_id as FiringId, step as Step, cause as Cause, target as Target, action as Action, object_id as ObjectId, parameters as Parameters, status as Status, attempts as Attempts,
        before_state as BeforeState, after_state as AfterState, refusal as Refusal, requested_at as RequestedAt, done_at as DoneAt, undone_at as UndoneAt, undone_by as UndoneBy,
        seen_at as SeenAt, seen_by as SeenBy
        """;

    private const string Insert = """
        insert into ledger_actions (id, firing_id, step, cause, target, action, object_id, parameters, status, attempts, before_state, after_state, refusal, requested_at, done_at)
        values (@Id, @FiringId, @Step, @Cause, @Target, @Action, @ObjectId, @Parameters, @Status, @Attempts, @BeforeState, @AfterState, @Refusal, @RequestedAt, @DoneAt) on conflict (id) do nothing
        """;

    private const string Page = $"""
        select {Columns} from ledger_actions
        where (cast(@Target as text) is null or target = @Target) and (cast(@ObjectId as text) is null or object_id = @ObjectId) and (cast(@Cause as text) is null or cause like @Cause)
          and (cast(@Status as text) is null or status = @Status) and (cast(@Before as timestamptz) is null or requested_at < @Before)
        order by requested_at desc, id desc limit @Limit
        """;

    private const string One = $"select {Columns} from ledger_actions where id = @Id";

    private const string OfFiring = $"select {Columns} from ledger_actions where firing_id = @Firing order by step";

    private const string Open = $"select {Columns} from ledger_actions where status in ('queued', 'running') order by requested_at, step, id limit @Limit";

    private const string Start = "update ledger_actions set status = 'running', attempts = attempts + 1 where id = @Id and status in ('queued', 'running')";

    private const string End = "update ledger_actions set status = @Status, before_state = @Before, after_state = @After, refusal = @Refusal, done_at = @Now where id = @Id and status = 'running'";

    private const string MarkUndone = "update ledger_actions set status = 'undone', undone_at = @Now, undone_by = @Who where id = @Id and status = 'done'";

    private const string MoveAll = "update ledger_actions set status = @To where firing_id = @Firing and status = @From";

    private const string Latest = $"""
        select {Columns} from ledger_actions where target = @Target and object_id = @ObjectId and status in ('done', 'undone') and cause like 'rule:%' and done_at >= @Since order by done_at desc, id desc limit @Limit
        """;

    private const string Spent = "select parameters from ledger_actions where cause like @Cause and status in ('done', 'queued', 'running') and requested_at >= @Since";

    private const string Seen = "update ledger_actions set seen_at = @Now, seen_by = @Who where id = @Id and seen_at is null";

    private const string Comment = "insert into ledger_comments (id, action_id, written_at, written_by, body) values (@Id, @ActionId, @WrittenAt, @WrittenBy, @Body)";

    private const string CommentsOf = "select id as Id, action_id as ActionId, written_at as WrittenAt, written_by as WrittenBy, body as Body from ledger_comments where action_id = any(@Ids) order by written_at, id";

    private const string Follow = "insert into ledger_follows (who, target, object_id) values (@Who, @Target, @ObjectId) on conflict (who, target, object_id) do nothing";

    private const string Unfollow = "delete from ledger_follows where who = @Who and target = @Target and object_id = @ObjectId";

    private const string Follows = "select target as Target, object_id as ObjectId from ledger_follows where who = @Who";

    private sealed record Followed(string Target, string ObjectId);

    public static Task<int> AddAsync(Session session, LedgerAction action) => session.ExecuteAsync(Insert, action);

    public Task AddAsync(LedgerAction action, CancellationToken cancel) => database.ExecuteAsync(Insert, action, cancel);

    public Task<IReadOnlyList<LedgerAction>> PageAsync(LedgerFilter filter, int limit, CancellationToken cancel) => database.QueryAsync<LedgerAction>(Page, new
    {
        filter.Target, filter.ObjectId, Cause = filter.Rule == 0 ? null : $"rule:{filter.Rule}@%", filter.Status, filter.Before, Limit = limit,
    }, cancel);

    public Task<LedgerAction?> FindAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<LedgerAction>(One, new { Id = id }, cancel);

    public Task<IReadOnlyList<LedgerAction>> OfFiringAsync(string firing, CancellationToken cancel) => database.QueryAsync<LedgerAction>(OfFiring, new { Firing = firing }, cancel);

    public Task<IReadOnlyList<LedgerAction>> OpenAsync(int limit, CancellationToken cancel) => database.QueryAsync<LedgerAction>(Open, new { Limit = limit }, cancel);

    public async Task<bool> StartAsync(string id, CancellationToken cancel) => await database.ExecuteAsync(Start, new { Id = id }, cancel) > 0;

    /// <param name="status">done, refused or failed; queued to try again.</param>
    public Task EndAsync(string id, string status, ActionOutcome outcome, DateTimeOffset now) =>
        database.ExecuteAsync(End, new { Id = id, Status = status, outcome.Before, outcome.After, outcome.Refusal, Now = now });

    public async Task<bool> UndoneAsync(string id, string who, DateTimeOffset now, CancellationToken cancel) => await database.ExecuteAsync(MarkUndone, new { Id = id, Who = who, Now = now }, cancel) > 0;

    public static Task MoveAsync(Session session, string firing, string from, string to) => session.ExecuteAsync(MoveAll, new { Firing = firing, From = from, To = to });

    /// <summary>What rules did to an object, newest first.</summary>
    public Task<IReadOnlyList<LedgerAction>> LatestAsync(string target, string objectId, DateTimeOffset since, int limit, CancellationToken cancel) =>
        database.QueryAsync<LedgerAction>(Latest, new { Target = target, ObjectId = objectId, Since = since, Limit = limit }, cancel);

    /// <summary>Parameters of what a rule did since.</summary>
    public Task<IReadOnlyList<string>> SpentAsync(int rule, DateTimeOffset since, CancellationToken cancel) => database.QueryAsync<string>(Spent, new { Cause = $"rule:{rule}@%", Since = since }, cancel);

    public Task SeeAsync(string id, string who, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(Seen, new { Id = id, Who = who, Now = now }, cancel);

    public Task CommentAsync(LedgerComment comment, CancellationToken cancel) => database.ExecuteAsync(Comment, comment, cancel);

    public Task<IReadOnlyList<LedgerComment>> CommentsAsync(IEnumerable<string> actions, CancellationToken cancel) => database.QueryAsync<LedgerComment>(CommentsOf, new { Ids = SqlList.Of(actions) }, cancel);

    public Task FollowAsync(string who, string target, string objectId, bool on, CancellationToken cancel) => database.ExecuteAsync(on ? Follow : Unfollow, new { Who = who, Target = target, ObjectId = objectId }, cancel);

    public async Task<IReadOnlySet<(string Target, string ObjectId)>> FollowsAsync(string who, CancellationToken cancel) =>
        (await database.QueryAsync<Followed>(Follows, new { Who = who }, cancel)).Select(f => (f.Target, f.ObjectId)).ToHashSet();
}
