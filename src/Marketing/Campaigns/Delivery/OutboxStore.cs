using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>A message that has been claimed, with what is needed to write it.</summary>
internal sealed record OutboxMessage(string Id, int CampaignId, string Person, string Entry, int Step, string Arm, DateTimeOffset DueAt, int Attempts, string? Email, string? Name, string? Traits, bool? MayWrite, bool? MayPersonalise, string? Suppressed);

/// <summary>What became of a message.</summary>
/// <param name="State">sent, failed, skipped, unclear, or waiting for another attempt.</param>
internal sealed record Settled(OutboxMessage Message, string State, string? Problem = null, DateTimeOffset? NextAt = null);

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
    private const string Due = """
        select m.id from campaign_messages m where m.state = 'waiting' and m.due_at <= @Now and m.campaign_id = any(@Campaigns) order by m.due_at, m.id limit @Limit
        """;

    /// <summary>Only while its campaign is live: a pause stops what is not yet claimed.</summary>
    private const string Claim = """
        update campaign_messages set state = 'sending', attempts = attempts + 1, settled_at = @Now where id = any(@Ids) and state = 'waiting'
            and campaign_id in (select id from campaigns where status = 'live') returning id
        """;

    private string Read => $"""
        select m.id as Id, m.campaign_id as CampaignId, m.user_id as Person, m.entry as Entry, m.step as Step, m.arm as Arm, m.due_at as DueAt, m.attempts as Attempts, p.email as Email, p.name as Name,
            cast(p.traits as text) as Traits, {consent.Columns}, (select min(s.reason) from campaign_suppressions s where s.user_id = m.user_id) as Suppressed
        from campaign_messages m left join profiles p on p.user_id = m.user_id where m.id = any(@Ids) order by m.id
        """;

    private const string Settle = """
        update campaign_messages set state = n.state, settled_at = case when n.state = 'waiting' then null else cast(@Now as timestamptz) end, problem = nullif(n.problem, ''), due_at = n.due
        from (select unnest(@Ids) as id, unnest(@States) as state, unnest(@Problems) as problem, unnest(@Dues) as due) n
        where campaign_messages.id = n.id and campaign_messages.state = 'sending'
        """;

    /// <summary>Claimed long ago by a process that is gone: where the delivery was noted as an event it arrived, else nobody knows.</summary>
    private const string Orphans = """
        update campaign_messages set state = case when exists (select 1 from events e where e.message_id = campaign_messages.id and e.received_at >= campaign_messages.settled_at - interval '1 minute') then 'sent' else 'unclear' end,
            problem = 'interrupted' where state = 'sending' and settled_at < @Before
        """;

    private const string AddMail = """
        insert into campaign_mails (message_id, user_id, campaign_id, sent_at, recipient, subject, body) select @Id, @Person, @CampaignId, @Now, @Recipient, @Subject, @Body
        where not exists (select 1 from campaign_mails where message_id = @Id)
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

    private const string Exits = """
        select distinct m.id from campaign_messages m join events e on e.name = @Name and e.occurred_at > @Since and e.occurred_at <= @Now and e.type <> 'item'
            and (e.user_id = m.user_id or e.user_id in (select i.alias from identities i where i.user_id = m.user_id))
        join campaign_people c on c.campaign_id = m.campaign_id and c.user_id = m.user_id and c.entry = m.entry
        where m.id = any(@Ids) and e.occurred_at > c.due_at - @Wait * interval '1 second'
        """;

    /// <summary>Whoever did it since the first message they got of this campaign and occasion: both roads of a split ask the same.</summary>
    private const string Did = """
        select distinct m.id from campaign_messages m
        join (select campaign_id, user_id, entry, min(settled_at) as since from campaign_messages where state in ('sent', 'unclear') group by campaign_id, user_id, entry) b on b.campaign_id = m.campaign_id and b.user_id = m.user_id and b.entry = m.entry
        join events e on e.name = @Name and e.type <> 'item' and e.occurred_at > b.since and e.occurred_at <= @Now and (e.user_id = m.user_id or e.user_id in (select i.alias from identities i where i.user_id = m.user_id))
        where m.id = any(@Ids)
        """;

    private const string Again = "update campaign_messages set state = 'waiting', due_at = @Now, problem = null where campaign_id = @Id and state in ('unclear', 'failed')";

    private const string DueFor = "select id from campaign_messages where user_id = @Person and state = 'waiting' and due_at <= @Now and campaign_id = any(@Campaigns)";

    private const string LastHanded = """
        select id from campaign_messages where campaign_id = @Id and state = 'sent' and settled_at = (select max(settled_at) from campaign_messages where campaign_id = @Id and state = 'sent')
        """;

    private const string Sent = """
        select m.id as Id, m.campaign_id as CampaignId, m.user_id as Person, m.settled_at as SentAt from campaign_messages m where m.state = 'sent' and (m.settled_at, m.id) > (@After, @AfterId) order by m.settled_at, m.id limit @Limit
        """;

    public Task<IReadOnlyList<OutboxMessage>> ClaimAsync(IReadOnlyList<int> campaigns, int limit, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async session => await ClaimAsync(session, await session.QueryAsync<string>(Due, new { Campaigns = SqlList.Of(campaigns), Now = now, Limit = limit }), now), cancel);

    private async Task<IReadOnlyList<OutboxMessage>> ClaimAsync(Session session, IReadOnlyList<string> due, DateTimeOffset now)
    {
        if (due.Count == 0) return [];
        var mine = await session.QueryAsync<string>(Claim, new { Ids = SqlList.Of(due), Now = now });
        return mine.Count == 0 ? [] : await session.QueryAsync<OutboxMessage>(Read, new { Ids = SqlList.Of(mine) });
    }

    /// <param name="after">Work that belongs to the outcome and must happen with it or not at all.</param>
    public Task SettleAsync(IReadOnlyList<Settled> settled, DateTimeOffset now, Func<Session, Task> after) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Settle, new
        {
            Now = now, Ids = SqlList.Of(settled.Select(s => s.Message.Id)), States = SqlList.Of(settled.Select(s => s.State)), Problems = SqlList.Of(settled.Select(s => s.Problem ?? "")),
            Dues = SqlList.Of(settled.Select(s => (s.NextAt ?? s.Message.DueAt).UtcDateTime)),
        });
        await after(session);
    });

    public Task<int> OrphansAsync(DateTimeOffset before, CancellationToken cancel) => database.ExecuteAsync(Orphans, new { Before = before }, cancel);

    public Task AddMailAsync(OutboxMessage message, RenderedMessage text, DateTimeOffset now, CancellationToken cancel) =>
        database.ExecuteAsync(AddMail, new { message.Id, message.Person, message.CampaignId, Now = now, Recipient = message.Email, text.Subject, text.Body }, cancel);

    public Task<IReadOnlyList<LocalMail>> MailsAsync(int campaign, int limit, CancellationToken cancel) => database.QueryAsync<LocalMail>(Mails, new { Campaign = campaign, Limit = limit }, cancel);

    public async Task<DeliveryCounts> CountsAsync(int campaign, CancellationToken cancel) => (await database.FirstOrDefaultAsync<DeliveryCounts>(Counts, new { Id = campaign }, cancel))!;

    public async Task<IReadOnlySet<string>> ExitsAsync(IReadOnlyList<string> ids, string name, DateTimeOffset since, TimeSpan wait, DateTimeOffset now, CancellationToken cancel) =>
        (await database.QueryAsync<string>(Exits, new { Ids = SqlList.Of(ids), Name = name, Since = since, Wait = wait.TotalSeconds, Now = now }, cancel)).ToHashSet();

    public async Task<IReadOnlySet<string>> DidAsync(IReadOnlyList<string> ids, string name, DateTimeOffset now, CancellationToken cancel) =>
        (await database.QueryAsync<string>(Did, new { Ids = SqlList.Of(ids), Name = name, Now = now }, cancel)).ToHashSet();

    public Task<int> AgainAsync(int campaign, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(Again, new { Id = campaign, Now = now }, cancel);

    /// <summary>What is due for one person.</summary>
    public Task<IReadOnlyList<OutboxMessage>> ClaimForAsync(string person, IReadOnlyList<int> campaigns, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async session => await ClaimAsync(session, await session.QueryAsync<string>(DueFor, new { Person = person, Campaigns = SqlList.Of(campaigns), Now = now }), now), cancel);

    /// <summary>What was handed over last, all at one instant.</summary>
    public Task<IReadOnlyList<OutboxMessage>> LastHandedAsync(int campaign, CancellationToken cancel) => database.ReadAsync(async session =>
        await session.QueryAsync<string>(LastHanded, new { Id = campaign }) is { Count: > 0 } ids ? await session.QueryAsync<OutboxMessage>(Read, new { Ids = SqlList.Of(ids) }) : [], cancel);

    public Task<IReadOnlyList<SentMessage>> SentAsync((DateTimeOffset At, string Id) after, int limit, CancellationToken cancel) =>
        database.QueryAsync<SentMessage>(Sent, new { After = after.At, AfterId = after.Id, Limit = limit }, cancel);
}

/// <summary>A message that was handed over.</summary>
public sealed record SentMessage(string Id, int CampaignId, string Person, DateTimeOffset SentAt);
