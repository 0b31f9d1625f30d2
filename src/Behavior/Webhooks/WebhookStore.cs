using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Webhooks;

/// <summary>A message that is due, with where it goes.</summary>
internal sealed record DueMessage(int EndpointId, string MessageId, string Body, int Attempts, string Url, string Secret, bool InOrder);

/// <summary>All SQL of receivers, their messages and the log.</summary>
internal sealed class WebhookStore(Database database)
{
    private const string NextId = "select cast(nextval('webhooks_id') as integer)";

    private const string Insert = "insert into webhook_endpoints (id, owner, url, secret, created_at) values (@Id, @Owner, @Url, @Secret, @Now)";

    private static readonly string[] Remove =
    [
        "delete from webhook_messages where endpoint_id = @Id", "delete from webhook_attempts where endpoint_id = @Id", "delete from webhook_endpoints where id = @Id",
    ];

    private const string Endpoints = """
        select e.id as Id, e.owner as Owner, e.url as Url, e.created_at as CreatedAt, e.stopped_at as StoppedAt, count(m.message_id) filter (where m.state = 'waiting') as Waiting,
            count(m.message_id) filter (where m.state = 'delivered') as Delivered, count(m.message_id) filter (where m.state = 'dead') as Dead
        from webhook_endpoints e left join webhook_messages m on m.endpoint_id = e.id
        where (@Owner = '' or e.owner = @Owner) and (@Id = 0 or e.id = @Id) group by e.id, e.owner, e.url, e.created_at, e.stopped_at order by e.id
        """;

    private const string Owners = "select distinct owner from webhook_endpoints where stopped_at is null";

    private const string Add = """
        insert into webhook_messages (endpoint_id, position, message_id, kind, body, created_at, state, attempts, next_at, in_order)
        select id, nextval('webhook_messages_position'), @MessageId, @Kind, @Body, @Now, 'waiting', 0, @Now, @InOrder from webhook_endpoints e where owner = @Owner and stopped_at is null
        """;

    private const string UnlessTold = " and not exists (select 1 from webhook_messages m where m.endpoint_id = e.id and m.message_id = @MessageId)";

    private const string Due = """
        select m.endpoint_id as EndpointId, m.message_id as MessageId, m.body as Body, m.attempts as Attempts, e.url as Url, e.secret as Secret, coalesce(m.in_order, false) as InOrder
        from webhook_messages m join webhook_endpoints e on e.id = m.endpoint_id
        where m.state = 'waiting' and m.next_at <= @Now and e.stopped_at is null
            and (coalesce(m.in_order, false) = false or not exists (select 1 from webhook_messages b where b.endpoint_id = m.endpoint_id and b.state = 'waiting' and b.position < m.position and b.next_at > @Now))
        order by m.position limit @Limit
        """;

    /// <summary>Whoever moves the message on has it; should that process die, it is due again when the lease ends.</summary>
    private const string Claim = """
        update webhook_messages set next_at = @Until where endpoint_id = @EndpointId and message_id = @MessageId and state = 'waiting' and attempts = @Attempts and next_at <= @Now
        """;

    private const string Log = """
        insert into webhook_attempts (endpoint_id, message_id, attempt, tried_at, status, milliseconds, problem) values (@EndpointId, @MessageId, @Attempt, @Now, @Status, @Milliseconds, @Problem)
        """;

    private const string Settle = """
        update webhook_messages set state = @State, attempts = @Attempt, next_at = @NextAt, ended_at = case when @State = 'waiting' then null else cast(@Now as timestamptz) end,
            body = case when @State = 'delivered' then null else body end
        where endpoint_id = @EndpointId and message_id = @MessageId
        """;

    private const string Stop = "update webhook_endpoints set stopped_at = @Now where id = @EndpointId";

    private const string Deliveries = """
        select m.endpoint_id as EndpointId, m.message_id as MessageId, m.kind as Kind, m.created_at as CreatedAt, m.state as State, m.attempts as Attempts,
            case when m.state = 'waiting' then m.next_at end as NextAt, a.tried_at as TriedAt, a.status as Status, a.milliseconds as Milliseconds, a.problem as Problem
        from webhook_messages m
        left join (select *, row_number() over (partition by message_id order by tried_at desc, attempt desc) as newest from webhook_attempts where endpoint_id = @Id) a on a.message_id = m.message_id and a.newest = 1
        where m.endpoint_id = @Id and (@State = '' or m.state = @State) order by m.position desc limit @Limit
        """;

    private const string Again = """
        update webhook_messages set state = 'waiting', attempts = 0, next_at = @Now, ended_at = null where endpoint_id = @Id and state = 'dead' and (@MessageId = '' or message_id = @MessageId)
        """;

    private const string Resume = "update webhook_endpoints set stopped_at = null where id = @Id";

    private static readonly string[] Forget =
    [
        "delete from webhook_attempts where tried_at < @Before", "delete from webhook_messages where state <> 'waiting' and ended_at < @Before",
    ];

    private const string Bodies = "select endpoint_id as EndpointId, message_id as MessageId, body as Body, attempts as Attempts, '' as Url, '' as Secret, false as InOrder from webhook_messages where body is not null";

    private const string SetBody = "update webhook_messages set body = @Body where endpoint_id = @EndpointId and message_id = @MessageId";

    public Task<int> AddAsync(string owner, string url, string secret, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var id = await session.ScalarAsync<int>(NextId);
        await session.ExecuteAsync(Insert, new { Id = id, Owner = owner, Url = url, Secret = secret, Now = now });
        return id;
    }, cancel);

    public Task RemoveAsync(int id, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var statement in Remove) await session.ExecuteAsync(statement, new { Id = id });
    }, cancel);

    public Task<IReadOnlyList<WebhookEndpoint>> EndpointsAsync(string owner, int id, CancellationToken cancel) => database.QueryAsync<WebhookEndpoint>(Endpoints, new { Owner = owner, Id = id }, cancel);

    public static Task<IReadOnlyList<string>> OwnersAsync(Session session) => session.QueryAsync<string>(Owners);

    public static Task<int> AddAsync(Session session, string owner, string messageId, WebhookMessage message, DateTimeOffset now) =>
        session.ExecuteAsync(message.Key is null ? Add : Add + UnlessTold, new { Owner = owner, MessageId = messageId, message.Kind, message.Body, message.InOrder, Now = now });

    public Task<IReadOnlyList<DueMessage>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancel) => database.QueryAsync<DueMessage>(Due, new { Now = now, Limit = limit }, cancel);

    public async Task<bool> ClaimAsync(DueMessage message, DateTimeOffset now, DateTimeOffset until, CancellationToken cancel) =>
        await database.ExecuteAsync(Claim, new { message.EndpointId, message.MessageId, message.Attempts, Now = now, Until = until }, cancel) == 1;

    /// <param name="nextAt">Null: not to be tried again.</param>
    public Task SettleAsync(DueMessage message, string state, SendResult result, DateTimeOffset now, DateTimeOffset? nextAt) => database.WriteAsync(async session =>
    {
        var arguments = new { message.EndpointId, message.MessageId, Attempt = message.Attempts + 1, Now = now, result.Status, Milliseconds = (int)result.Took.TotalMilliseconds, result.Problem, State = state, NextAt = nextAt };
        await session.ExecuteAsync(Log, arguments);
        await session.ExecuteAsync(Settle, arguments);
        if (result.IsGone) await session.ExecuteAsync(Stop, arguments);
    });

    public Task<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(int endpoint, string state, int limit, CancellationToken cancel) =>
        database.QueryAsync<WebhookDelivery>(Deliveries, new { Id = endpoint, State = state, Limit = limit }, cancel);

    public Task<int> AgainAsync(int endpoint, string messageId, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Resume, new { Id = endpoint });
        return await session.ExecuteAsync(Again, new { Id = endpoint, MessageId = messageId, Now = now });
    }, cancel);

    public Task ForgetAsync(DateTimeOffset before) => database.WriteAsync(async session =>
    {
        foreach (var statement in Forget) await session.ExecuteAsync(statement, new { Before = before });
    });

    public Task<IReadOnlyList<DueMessage>> BodiesAsync(CancellationToken cancel) => database.QueryAsync<DueMessage>(Bodies, null, cancel);

    public Task SetBodyAsync(DueMessage message) => database.ExecuteAsync(SetBody, message);
}
