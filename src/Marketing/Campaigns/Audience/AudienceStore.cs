using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>Somebody who may be taken in, and by what.</summary>
public sealed record Candidate(string Person, string Entry, DateTimeOffset HappenedAt);

/// <summary>What decides whether somebody may be written to.</summary>
/// <param name="Recent">Messages of the last days from all campaigns.</param>
/// <param name="TakenAt">When this campaign took them in last.</param>
/// <param name="Score">Predicted effect, or the chance to buy while no effect is learned.</param>
internal sealed record AudienceFacts(string Person, bool IsKnown, string? Email, string? Zone, bool MayWrite, bool MayPersonalise, string? Suppressed, long Recent, bool InHigher, DateTimeOffset? TakenAt, double? Score);

/// <summary>Why how many were left out.</summary>
public sealed record LeftOut(string Reason, long People);

/// <summary>Somebody of a campaign's frozen audience.</summary>
public sealed record CampaignPerson(string Person, string Entry, string Arm, string? Reason, DateTimeOffset TakenAt, DateTimeOffset DueAt, double? Score, string? State, string? Problem);

/// <summary>Who may be written to, and the frozen audience.</summary>
internal sealed class AudienceStore(Database database, ConsentRule consent)
{
    private const string Known = "select user_id from profiles where is_known";

    private string Facts => $"""
        with k as (select distinct coalesce(i.user_id, u.who) as who from (select unnest(@People) as who) u left join identities i on i.alias = u.who)
        select p.user_id as Person, p.is_known as IsKnown, p.email as Email, coalesce(p.traits ->> 'timezone', p.traits ->> 'timeZone', p.traits ->> 'time_zone') as Zone, {consent.Columns},
            (select min(s.reason) from campaign_suppressions s where s.user_id = p.user_id) as Suppressed, coalesce(m.recent, 0) as Recent,
            h.user_id is not null as InHigher, t.taken_at as TakenAt, e.effect as Score
        from k join profiles p on p.user_id = k.who
        left join (select user_id, count(*) as recent from campaign_messages where state in ('waiting', 'sending', 'sent', 'unclear') and due_at > @Since group by user_id) m on m.user_id = p.user_id
        left join (select distinct user_id from campaign_people where campaign_id = any(@Higher) and arm <> 'out' and taken_at > @Since) h on h.user_id = p.user_id
        left join (select user_id, max(taken_at) as taken_at from campaign_people where campaign_id = @Id and arm <> 'out' group by user_id) t on t.user_id = p.user_id
        left join campaign_scores e on e.user_id = p.user_id
        order by p.user_id
        """;

    private const string AddPeople = """
        insert into campaign_people (campaign_id, user_id, entry, arm, reason, taken_at, due_at, score)
        select @Id, n.who, n.entry, n.arm, nullif(n.reason, ''), @Now, n.due, case when n.score = 'NaN' then null else cast(n.score as double precision) end
        from (select unnest(@People) as who, unnest(@Entries) as entry, unnest(@Arms) as arm, unnest(@Reasons) as reason, unnest(@Dues) as due, unnest(@Scores) as score) n
        """;

    private const string AddMessages = """
        insert into campaign_messages (id, campaign_id, user_id, entry, step, arm, state, due_at, attempts)
        select n.id, @Id, n.who, n.entry, @Step, n.arm, 'waiting', n.due, 0
        from (select unnest(@Ids) as id, unnest(@People) as who, unnest(@Entries) as entry, unnest(@Arms) as arm, unnest(@Dues) as due) n
        on conflict do nothing
        """;

    private const string Reasons = "select reason as Reason, cast(count(distinct user_id) as bigint) as People from campaign_people where campaign_id = @Id and arm = 'out' group by reason order by 2 desc, 1";

    private const string People = """
        select c.user_id as Person, c.entry as Entry, c.arm as Arm, c.reason as Reason, c.taken_at as TakenAt, c.due_at as DueAt, c.score as Score, m.state as State, m.problem as Problem
        from campaign_people c left join campaign_messages m on m.campaign_id = c.campaign_id and m.user_id = c.user_id and m.entry = c.entry and m.step = 0
        where c.campaign_id = @Id and (@Who = '' or c.user_id = @Who) and (@Arm = '' or c.arm = @Arm) and (@Reason = '' or c.reason = @Reason) and (c.user_id, c.entry) > (@After, @AfterEntry)
        order by c.user_id, c.entry limit @Limit
        """;

    private const string OfPerson = """
        select c.campaign_id as CampaignId, g.name as Name, c.arm as Arm, c.reason as Reason, c.taken_at as TakenAt, m.state as State, m.settled_at as SettledAt
        from campaign_people c join campaigns g on g.id = c.campaign_id left join campaign_messages m on m.campaign_id = c.campaign_id and m.user_id = c.user_id and m.entry = c.entry and m.step = 0
        where c.user_id = @Person order by c.taken_at desc limit 50
        """;

    private const string TakeEntries = "select user_id as Person, entry as Entry, happened_at as HappenedAt from campaign_entries where campaign_id = @Id order by happened_at, user_id limit 5000";

    private const string DropEntries = "delete from campaign_entries where campaign_id = @Id and (user_id || ' ' || entry) = any(@Keys)";

    private const string AddEntries = """
        insert into campaign_entries (campaign_id, user_id, entry, happened_at) select @Id, n.who, @Entry, @Now from (select unnest(@People) as who) n
        """;

    /// <summary>Whoever did it since the last look, each basket or order once: by the events as they arrived, so that late ones are seen too.</summary>
    private const string Triggered = """
        select coalesce(i.user_id, e.user_id) as Person, coalesce(max(e.order_id), max(e.properties ->> 'cart_id'), max(e.properties ->> 'checkout_id'), min(e.message_id)) as Entry, max(e.occurred_at) as HappenedAt
        from events e left join identities i on i.alias = e.user_id
        where e.name = @Name and e.type <> 'item' and e.received_at > @From and e.received_at <= @To and e.occurred_at > @Oldest and e.user_id <> ''
        group by coalesce(i.user_id, e.user_id), coalesce(e.order_id, e.properties ->> 'cart_id', e.properties ->> 'checkout_id', e.message_id) order by 3, 1
        """;

    /// <summary>Whoever found a product sold out, or wished for it then, and has not bought it since; latest interest first.</summary>
    private const string Waiting = """
        with wanted as (
            select coalesce(i.user_id, e.user_id) as person, e.product_id, max(e.occurred_at) as last from events e left join identities i on i.alias = e.user_id
            where e.type = 'track' and ((e.name = 'Product Viewed' and (e.properties ->> 'in_stock') = 'false') or e.name = 'Product Added to Wishlist') and e.product_id = any(@Products) and e.occurred_at > @From and e.user_id <> ''
            group by coalesce(i.user_id, e.user_id), e.product_id),
        bought as (
            select coalesce(i.user_id, e.user_id) as person, e.product_id, max(e.occurred_at) as last from events e left join identities i on i.alias = e.user_id
            where e.type = 'item' and e.name = 'Order Completed' and e.product_id = any(@Products) and e.occurred_at > @From and e.user_id <> '' group by coalesce(i.user_id, e.user_id), e.product_id)
        select w.person as Person, 'back ' || w.product_id as Entry, w.last as HappenedAt from wanted w left join bought b on b.person = w.person and b.product_id = w.product_id
        where b.last is null or b.last < w.last order by w.last desc, w.person
        """;

    private const string Rate = """
        select cast(count(distinct coalesce(i.user_id, e.user_id)) as bigint) from events e left join identities i on i.alias = e.user_id
        where e.name = @Goal and e.type <> 'item' and e.occurred_at > @From and e.occurred_at <= @To and coalesce(i.user_id, e.user_id) = any(@People)
        """;

    /// <summary>Whether effects of people have been learned.</summary>
    public async Task<bool> HasEffectsAsync(CancellationToken cancel) => await database.ScalarAsync<long>("select count(*) from (select 1 from campaign_scores limit 1) s", null, cancel) > 0;

    public Task<IReadOnlyList<string>> KnownAsync(CancellationToken cancel) => database.QueryAsync<string>(Known, null, cancel);

    public Task<IReadOnlyList<AudienceFacts>> FactsAsync(int campaign, IReadOnlyCollection<string> people, IReadOnlyList<int> higher, DateTimeOffset since, CancellationToken cancel) =>
        database.QueryAsync<AudienceFacts>(Facts, new { Id = campaign, People = SqlList.Of(people), Higher = SqlList.Of(higher), Since = since }, cancel);

    /// <summary>People of a sample who did it in a stretch of time.</summary>
    public async Task<long> RateAsync(string goal, IReadOnlyCollection<string> people, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        await database.ScalarAsync<long>(Rate, new { Goal = goal, People = SqlList.Of(people), From = from, To = to }, cancel);

    public Task<IReadOnlyList<Candidate>> EntriesAsync(int campaign, CancellationToken cancel) => database.QueryAsync<Candidate>(TakeEntries, new { Id = campaign }, cancel);

    public Task<IReadOnlyList<Candidate>> TriggeredAsync(string name, DateTimeOffset from, DateTimeOffset to, DateTimeOffset oldest, CancellationToken cancel) =>
        database.QueryAsync<Candidate>(Triggered, new { Name = name, From = from, To = to, Oldest = oldest }, cancel);

    public Task<IReadOnlyList<Candidate>> WaitingAsync(IReadOnlyList<string> products, DateTimeOffset from, CancellationToken cancel) =>
        database.QueryAsync<Candidate>(Waiting, new { Products = SqlList.Of(products), From = from }, cancel);

    public static Task AddEntriesAsync(Session session, int campaign, IReadOnlyList<string> people, string entry, DateTimeOffset now) =>
        session.ExecuteAsync(AddEntries, new { Id = campaign, People = SqlList.Of(people), Entry = entry, Now = now });

    /// <summary>Writes the audience down with its first messages, and that this was done, in one piece.</summary>
    public Task TakeInAsync(int campaign, IReadOnlyList<Taken> taken, IReadOnlyList<Candidate> entries, DateTimeOffset now, DateTimeOffset? nextAt, DateTimeOffset? seenUntil, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await FreezeAsync(session, campaign, taken, now);
        foreach (var part in entries.Chunk(20_000)) await session.ExecuteAsync(DropEntries, new { Id = campaign, Keys = SqlList.Of(part.Select(e => e.Person + " " + e.Entry)) });
        await CampaignStore.AdvanceAsync(session, campaign, nextAt, seenUntil);
    }, cancel);

    /// <summary>The audience and its first messages.</summary>
    public static async Task FreezeAsync(Session session, int campaign, IReadOnlyList<Taken> taken, DateTimeOffset now)
    {
        foreach (var part in taken.Chunk(20_000))
            await session.ExecuteAsync(AddPeople, new
            {
                Id = campaign, Now = now, People = SqlList.Of(part.Select(t => t.Person)), Entries = SqlList.Of(part.Select(t => t.Entry)), Arms = SqlList.Of(part.Select(t => t.Arm)),
                Reasons = SqlList.Of(part.Select(t => t.Reason ?? "")), Dues = SqlList.Of(part.Select(t => t.DueAt.UtcDateTime)), Scores = SqlList.Of(part.Select(t => t.Score is { } s ? s.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "NaN")),
            });
        await AddMessagesAsync(session, campaign, [.. taken.Where(t => t.Arm is not (Assignment.Held or Assignment.Out))], 0);
    }

    public static async Task AddMessagesAsync(Session session, int campaign, IReadOnlyList<Taken> treated, int step)
    {
        foreach (var part in treated.Chunk(20_000))
            await session.ExecuteAsync(AddMessages, new
            {
                Id = campaign, Step = step, Ids = SqlList.Of(part.Select(t => MessageId.Of(campaign, t.Person, t.Entry, step))), People = SqlList.Of(part.Select(t => t.Person)),
                Entries = SqlList.Of(part.Select(t => t.Entry)), Arms = SqlList.Of(part.Select(t => t.Arm)), Dues = SqlList.Of(part.Select(t => t.DueAt.UtcDateTime)),
            });
    }

    public Task<IReadOnlyList<LeftOut>> LeftOutAsync(int campaign, CancellationToken cancel) => database.QueryAsync<LeftOut>(Reasons, new { Id = campaign }, cancel);

    public Task<IReadOnlyList<CampaignPerson>> PeopleAsync(int campaign, string who, string arm, string reason, (string Person, string Entry) after, int limit, CancellationToken cancel) =>
        database.QueryAsync<CampaignPerson>(People, new { Id = campaign, Who = who, Arm = arm, Reason = reason, After = after.Person, AfterEntry = after.Entry, Limit = limit }, cancel);

    public Task<IReadOnlyList<PersonCampaign>> OfPersonAsync(string person, CancellationToken cancel) => database.QueryAsync<PersonCampaign>(OfPerson, new { Person = person }, cancel);
}

/// <summary>A decision about one person.</summary>
internal sealed record Taken(string Person, string Entry, string Arm, string? Reason, DateTimeOffset DueAt, double? Score);

/// <summary>What a campaign did about one person.</summary>
public sealed record PersonCampaign(int CampaignId, string Name, string Arm, string? Reason, DateTimeOffset TakenAt, string? State, DateTimeOffset? SettledAt);
