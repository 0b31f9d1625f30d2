using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>A message that has been claimed, with what is needed to write it.</summary>
internal sealed record OutboxMessage(string Id, int CampaignId, string Person, string Entry, int Step, string Arm, DateTimeOffset DueAt, int Attempts, string? Email, string? Name, string? Traits, string? Suppressed)
{
    public bool MayWrite { get; init; }

    public bool MayPersonalise { get; init; }
}

/// <summary>What became of a message.</summary>
/// <param name="State">sent, failed, skipped, unclear, or waiting for another attempt.</param>
internal sealed record Settled(OutboxMessage Message, string State, string? Problem = null, DateTimeOffset? NextAt = null);

/// <summary>Where a message comes from.</summary>
internal sealed record MessageOrigin(int Campaign, string Person, string MessageId);

/// <summary>How a campaign's messages stand.</summary>
public sealed record DeliveryCounts(long Waiting, long Sending, long Sent, long Failed, long Skipped, long Unclear)
{
    public long All => Waiting + Sending + Sent + Failed + Skipped + Unclear;
}

/// <summary>A mail in the demo's outbox.</summary>
public sealed record LocalMail(string MessageId, int CampaignId, DateTimeOffset SentAt, string Recipient, string Subject, string Body);

/// <summary>The outbox: claims, outcomes, counts.</summary>
internal sealed class OutboxStore(Database database, ConsentRule consent)
{
    // A message is named with its person, so that where people lie on several servers only theirs are asked.
    private const string Key = "id as Id, user_id as Person";

    private const string Due = $"""
        select {Key} from campaign_messages m where m.state = 'waiting' and m.due_at <= @Now and m.campaign_id = any(@Campaigns) order by m.due_at, m.id limit @Limit
        """;

    /// <summary>Only while its campaign is live: a pause stops what is not yet claimed.</summary>
    private const string Claim = $"""
        update campaign_messages set state = 'sending', attempts = attempts + 1, settled_at = @Now where id = any(@Ids) and user_id = any(@People) and state = 'waiting'
            and campaign_id in (select id from campaigns where status = 'live') returning {Key}
        """;

    private const string Read = """
        select m.id as Id, m.campaign_id as CampaignId, m.user_id as Person, m.entry as Entry, m.step as Step, m.arm as Arm, m.due_at as DueAt, m.attempts as Attempts, p.email as Email, p.name as Name,
            cast(p.traits as text) as Traits, (select min(s.reason) from campaign_suppressions s where s.user_id = m.user_id) as Suppressed
        from campaign_messages m left join profiles p on p.user_id = m.user_id where m.id = any(@Ids) and m.user_id = any(@People) order by m.id
        """;

    private const string Settle = """
        update campaign_messages set state = n.state, settled_at = case when n.state = 'waiting' then null else cast(@Now as timestamptz) end, problem = nullif(n.problem, ''), due_at = n.due
        from (select unnest(@Ids) as id, unnest(@People) as who, unnest(@States) as state, unnest(@Problems) as problem, unnest(@Dues) as due) n
        where campaign_messages.id = n.id and campaign_messages.user_id = n.who and campaign_messages.user_id = any(@People) and campaign_messages.state = 'sending'
        """;

    private const string Held = "select id as Id, settled_at as ClaimedAt from campaign_messages where state = 'sending' and settled_at < @Before";

    private const string Noted = """
        select e.message_id from (select unnest(@Ids) as id, unnest(@Claimed) as claimed_at) n join events e on e.message_id = n.id and e.received_at >= n.claimed_at - interval '1 minute'
        where e.received_at >= @From
        """;

    private const string Adopt = """
        update campaign_messages set state = case when id = any(@Noted) then 'sent' else 'unclear' end, problem = 'interrupted' where id = any(@Ids) and state = 'sending' and settled_at < @Before
        """;

    private const string AddMail = """
        insert into campaign_mails (message_id, user_id, campaign_id, sent_at, recipient, subject, body) select @Id, @Person, @CampaignId, @Now, @Recipient, @Subject, @Body
        where not exists (select 1 from campaign_mails where message_id = @Id and user_id = @Person)
        """;

    private const string Mails = """
        select message_id as MessageId, campaign_id as CampaignId, sent_at as SentAt, recipient as Recipient, subject as Subject, body as Body from campaign_mails
        where @Campaign = 0 or campaign_id = @Campaign order by sent_at desc, message_id limit @Limit
        """;

    private const string Counts = """
        select count(*) filter (where state = 'waiting') as Waiting, count(*) filter (where state = 'sending') as Sending, count(*) filter (where state = 'sent') as Sent,
            count(*) filter (where state = 'failed') as Failed, count(*) filter (where state = 'skipped') as Skipped, count(*) filter (where state = 'unclear') as Unclear
        from campaign_messages where campaign_id = @Id
        """;

    /// <summary>Since when what somebody does ends it for them.</summary>
    private const string EndsSince = """
        select m.id as Id, m.user_id as Person, i.alias as Alias, c.due_at as Since from campaign_messages m
        join campaign_people c on c.campaign_id = m.campaign_id and c.user_id = m.user_id and c.entry = m.entry left join identities i on i.user_id = m.user_id
        where m.id = any(@Ids) and m.user_id = any(@People)
        """;

    /// <summary>Since the first message they got of this campaign and occasion: both roads of a split ask the same.</summary>
    private const string GotSince = """
        select m.id as Id, m.user_id as Person, i.alias as Alias, min(b.settled_at) as Since from campaign_messages m
        join campaign_messages b on b.campaign_id = m.campaign_id and b.user_id = m.user_id and b.entry = m.entry and b.state in ('sent', 'unclear') left join identities i on i.user_id = m.user_id
        where m.id = any(@Ids) and m.user_id = any(@People) group by m.id, m.user_id, i.alias
        """;

    private const string DidSince = """
        select distinct n.id from (select unnest(@Ids) as id, unnest(@Keys) as who, unnest(@Since) as since) n join events e on e.user_id = n.who and e.occurred_at > n.since
        where e.name = @Name and e.type <> 'item' and e.user_id = any(@Keys) and e.occurred_at > @From and e.occurred_at <= @Now
        """;

    private const string Again = "update campaign_messages set state = 'waiting', due_at = @Now, problem = null where campaign_id = @Id and state in ('unclear', 'failed')";

    private const string DueFor = $"select {Key} from campaign_messages where user_id = @Person and state = 'waiting' and due_at <= @Now and campaign_id = any(@Campaigns)";

    private const string HandedAt = "select max(settled_at) from campaign_messages where campaign_id = @Id and state = 'sent'";

    private const string Handed = $"select {Key} from campaign_messages where campaign_id = @Id and state = 'sent' and settled_at = @At";

    private const string Origin = "select campaign_id as Campaign, user_id as Person, id as MessageId from campaign_messages where id = @Id";

    private const string Sent = """
        select m.id as Id, m.campaign_id as CampaignId, m.user_id as Person, m.settled_at as SentAt from campaign_messages m where m.state = 'sent' and (m.settled_at, m.id) > (@After, @AfterId) order by m.settled_at, m.id limit @Limit
        """;

    private sealed record MessageKey(string Id, string Person);

    private sealed record HeldMessage(string Id, DateTimeOffset ClaimedAt);

    private sealed record Watched(string Id, string Person, string? Alias, DateTimeOffset Since);

    public Task<IReadOnlyList<OutboxMessage>> ClaimAsync(IReadOnlyList<int> campaigns, int limit, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async session => await ClaimAsync(session, await session.QueryAsync<MessageKey>(Due, new { Campaigns = SqlList.Of(campaigns), Now = now, Limit = limit }), now), cancel);

    private async Task<IReadOnlyList<OutboxMessage>> ClaimAsync(Session session, IReadOnlyList<MessageKey> due, DateTimeOffset now) => due.Count == 0 ? []
        : await ReadAsync(session, await session.QueryAsync<MessageKey>(Claim, new { Ids = SqlList.Of(due.Select(m => m.Id)), People = SqlList.Of(due.Select(m => m.Person)), Now = now }));

    private async Task<IReadOnlyList<OutboxMessage>> ReadAsync(Session session, IReadOnlyList<MessageKey> messages) => messages.Count == 0 ? []
        : await consent.ReadAsync(session, await session.QueryAsync<OutboxMessage>(Read, new { Ids = SqlList.Of(messages.Select(m => m.Id)), People = SqlList.Of(messages.Select(m => m.Person)) }));

    /// <param name="after">Work that belongs to the outcome and must happen with it or not at all.</param>
    public Task SettleAsync(IReadOnlyList<Settled> settled, DateTimeOffset now, Func<Session, Task> after) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Settle, new
        {
            Now = now, Ids = SqlList.Of(settled.Select(s => s.Message.Id)), People = SqlList.Of(settled.Select(s => s.Message.Person)), States = SqlList.Of(settled.Select(s => s.State)), Problems = SqlList.Of(settled.Select(s => s.Problem ?? "")),
            Dues = SqlList.Of(settled.Select(s => (s.NextAt ?? s.Message.DueAt).UtcDateTime)),
        });
        await after(session);
    });

    /// <summary>Claimed long ago by a process that is gone: where the delivery was noted as an event it arrived, else nobody knows.</summary>
    public Task<int> OrphansAsync(DateTimeOffset before, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.QueryAsync<HeldMessage>(Held, new { Before = before }) is not { Count: > 0 } held) return 0;
        var ids = SqlList.Of(held.Select(m => m.Id));
        var noted = await session.QueryAsync<string>(Noted, new { Ids = ids, Claimed = SqlList.Of(held.Select(m => m.ClaimedAt.UtcDateTime)), From = held.Min(m => m.ClaimedAt).AddMinutes(-1) });
        return await session.ExecuteAsync(Adopt, new { Ids = ids, Noted = SqlList.Of(noted), Before = before });
    }, cancel);

    public Task AddMailAsync(OutboxMessage message, RenderedMessage text, DateTimeOffset now, CancellationToken cancel) =>
        database.ExecuteAsync(AddMail, new { message.Id, message.Person, message.CampaignId, Now = now, Recipient = message.Email, text.Subject, text.Body }, cancel);

    public Task<IReadOnlyList<LocalMail>> MailsAsync(int campaign, int limit, CancellationToken cancel) => database.QueryAsync<LocalMail>(Mails, new { Campaign = campaign, Limit = limit }, cancel);

    public async Task<DeliveryCounts> CountsAsync(int campaign, CancellationToken cancel) => (await database.FirstOrDefaultAsync<DeliveryCounts>(Counts, new { Id = campaign }, cancel))!;

    /// <returns>Messages whose person did it after they were due to get the first, less <paramref name="wait"/>.</returns>
    public Task<IReadOnlySet<string>> ExitsAsync(IReadOnlyList<OutboxMessage> messages, string name, DateTimeOffset since, TimeSpan wait, DateTimeOffset now, CancellationToken cancel) =>
        DidAsync(EndsSince, messages, name, due => due - wait > since ? due - wait : since, now, cancel);

    /// <returns>Messages whose person did it since their first one.</returns>
    public Task<IReadOnlySet<string>> DidAsync(IReadOnlyList<OutboxMessage> messages, string name, DateTimeOffset now, CancellationToken cancel) => DidAsync(GotSince, messages, name, got => got, now, cancel);

    /// <summary>In two questions: what somebody did may lie under another of their keys, and so elsewhere than their messages.</summary>
    private Task<IReadOnlySet<string>> DidAsync(string watch, IReadOnlyList<OutboxMessage> messages, string name, Func<DateTimeOffset, DateTimeOffset> since, DateTimeOffset now, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        var watched = (await session.QueryAsync<Watched>(watch, new { Ids = SqlList.Of(messages.Select(m => m.Id)), People = SqlList.Of(messages.Select(m => m.Person)) }))
            .SelectMany(w => new[] { w.Person, w.Alias }.OfType<string>().Select(key => (w.Id, Key: key, Since: since(w.Since)))).Distinct().ToList();
        if (watched.Count == 0) return (IReadOnlySet<string>)new HashSet<string>();
        return (await session.QueryAsync<string>(DidSince, new
        {
            Ids = SqlList.Of(watched.Select(w => w.Id)), Keys = SqlList.Of(watched.Select(w => w.Key)), Since = SqlList.Of(watched.Select(w => w.Since.UtcDateTime)), From = watched.Min(w => w.Since), Name = name, Now = now,
        })).ToHashSet();
    }, cancel);

    public Task<int> AgainAsync(int campaign, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(Again, new { Id = campaign, Now = now }, cancel);

    /// <summary>What is due for one person.</summary>
    public Task<IReadOnlyList<OutboxMessage>> ClaimForAsync(string person, IReadOnlyList<int> campaigns, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async session => await ClaimAsync(session, await session.QueryAsync<MessageKey>(DueFor, new { Person = person, Campaigns = SqlList.Of(campaigns), Now = now }), now), cancel);

    /// <summary>What was handed over last, all at one instant.</summary>
    public Task<IReadOnlyList<OutboxMessage>> LastHandedAsync(int campaign, CancellationToken cancel) => database.ReadAsync(async session =>
        await ReadAsync(session, await session.QueryAsync<MessageKey>(Handed, new { Id = campaign, At = await session.ScalarAsync<DateTimeOffset?>(HandedAt, new { Id = campaign }) })), cancel);

    /// <summary>Whose a message is whose id alone is known: wherever people lie, each part looks it up in its index.</summary>
    public Task<MessageOrigin?> OriginAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<MessageOrigin>(Origin, new { Id = id }, cancel);

    public Task<IReadOnlyList<SentMessage>> SentAsync((DateTimeOffset At, string Id) after, int limit, CancellationToken cancel) =>
        database.QueryAsync<SentMessage>(Sent, new { After = after.At, AfterId = after.Id, Limit = limit }, cancel);
}

/// <summary>A message that was handed over.</summary>
public sealed record SentMessage(string Id, int CampaignId, string Person, DateTimeOffset SentAt);
