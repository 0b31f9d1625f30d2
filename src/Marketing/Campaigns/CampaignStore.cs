using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Campaigns;

/// <summary>Campaigns, their notes and what stopped people from being written to.</summary>
internal sealed class CampaignStore(Database database)
{
    private const string Columns = """
        id as Id, name as Name, status as Status, archived as Archived, spec as Spec, version as Version, created_at as CreatedAt, updated_at as UpdatedAt,
        started_at as StartedAt, ended_at as EndedAt, next_at as NextAt, seen_until as SeenUntil, holdout as Holdout, stopped as Stopped
        """;

    private const string All = $"select {Columns} from campaigns order by archived, updated_at desc, id desc";

    private const string One = $"select {Columns} from campaigns where id = @Id";

    private const string Insert = """
        insert into campaigns (id, name, status, archived, spec, version, created_at, updated_at) values (@Id, @Name, 'draft', false, @Spec, 1, @Now, @Now)
        """;

    private const string Update = "update campaigns set name = @Name, spec = @Spec, version = version + 1, updated_at = @Now where id = @Id and version = @Version and status in ('draft', 'scheduled', 'paused')";

    /// <summary>What a rule may change while a campaign is live.</summary>
    private const string Change = "update campaigns set spec = @Spec, version = version + 1, updated_at = @Now where id = @Id and version = @Version and status <> 'ended'";

    private const string Move = """
        update campaigns set status = @Status, updated_at = @Now, stopped = @Stopped, started_at = coalesce(started_at, @StartedAt), ended_at = @EndedAt,
            next_at = @NextAt, seen_until = coalesce(seen_until, @StartedAt), holdout = coalesce(holdout, @Holdout)
        where id = @Id and status = @Before
        """;

    private const string Skip = "update campaign_messages set state = 'skipped', settled_at = @Now, problem = 'ended' where campaign_id = @Id and state = 'waiting'";

    private const string Advance = "update campaigns set next_at = @NextAt, seen_until = coalesce(@SeenUntil, seen_until) where id = @Id";

    private const string Archive = "update campaigns set archived = @Archived, updated_at = @Now where id = @Id";

    private const string AddNote = "insert into campaign_notes (campaign_id, happened_at, who, kind, body) values (@Id, @Now, @Who, @Kind, @Body)";

    private const string Notes = "select happened_at as HappenedAt, who as Who, kind as Kind, body as Body from campaign_notes where campaign_id = @Id order by happened_at desc limit 200";

    private const string Suppress = """
        insert into campaign_suppressions (user_id, reason, since, campaign_id) select @Person, @Reason, cast(@Now as timestamptz), cast(@Campaign as integer)
        where not exists (select 1 from campaign_suppressions where user_id = @Person and reason = @Reason and campaign_id is not distinct from cast(@Campaign as integer))
        """;

    public Task<IReadOnlyList<Campaign>> AllAsync(CancellationToken cancel = default) => database.QueryAsync<Campaign>(All, null, cancel);

    public Task<Campaign?> FindAsync(int id, CancellationToken cancel = default) => database.FirstOrDefaultAsync<Campaign>(One, new { Id = id }, cancel);

    public Task<int> AddAsync(string name, string spec, CampaignNote note, CancellationToken cancel) => database.WriteAsync(session => AddAsync(session, name, spec, note), cancel);

    public static async Task<int> AddAsync(Session session, string name, string spec, CampaignNote note)
    {
        var id = await session.ScalarAsync<int>("select cast(nextval('campaigns_id') as integer)");
        await session.ExecuteAsync(Insert, new { Id = id, Name = name, Spec = spec, Now = note.HappenedAt });
        await NoteAsync(session, id, note);
        return id;
    }

    /// <returns>False when somebody else saved meanwhile, or it is live.</returns>
    public Task<bool> SaveAsync(Campaign before, string name, string spec, CampaignNote note, CancellationToken cancel) => SaveAsync(Update, before, name, spec, note, cancel);

    /// <inheritdoc cref="Change"/>
    public Task<bool> ChangeAsync(Campaign before, string spec, CampaignNote note, CancellationToken cancel) => SaveAsync(Change, before, before.Name, spec, note, cancel);

    private Task<bool> SaveAsync(string statement, Campaign before, string name, string spec, CampaignNote note, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.ExecuteAsync(statement, new { before.Id, before.Version, Name = name, Spec = spec, Now = note.HappenedAt }) == 0) return false;
        await NoteAsync(session, before.Id, note);
        return true;
    }, cancel);

    /// <summary>From one status to another; who comes second finds that it is done.</summary>
    public Task<bool> MoveAsync(Campaign campaign, string status, CampaignNote note, string? stopped = null, DateTimeOffset? startedAt = null, DateTimeOffset? nextAt = null, double? holdout = null, CancellationToken cancel = default) => database.WriteAsync(async session =>
    {
        var ended = status == CampaignStatus.Ended ? note.HappenedAt : (DateTimeOffset?)null;
        if (await session.ExecuteAsync(Move, new { campaign.Id, Before = campaign.Status, Status = status, Now = note.HappenedAt, Stopped = stopped, StartedAt = startedAt, EndedAt = ended, NextAt = nextAt, Holdout = holdout }) == 0) return false;
        if (ended is not null) await session.ExecuteAsync(Skip, new { campaign.Id, Now = note.HappenedAt });
        await NoteAsync(session, campaign.Id, note);
        return true;
    }, cancel);

    public static Task AdvanceAsync(Session session, int id, DateTimeOffset? nextAt, DateTimeOffset? seenUntil) => session.ExecuteAsync(Advance, new { Id = id, NextAt = nextAt, SeenUntil = seenUntil });

    public Task ArchiveAsync(int id, bool archived, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(Archive, new { Id = id, Archived = archived, Now = now }, cancel);

    public static Task NoteAsync(Session session, int id, CampaignNote note) => session.ExecuteAsync(AddNote, new { Id = id, Now = note.HappenedAt, note.Who, note.Kind, note.Body });

    public Task NoteAsync(int id, CampaignNote note, CancellationToken cancel = default) => database.WriteAsync(session => NoteAsync(session, id, note), cancel);

    public Task<IReadOnlyList<CampaignNote>> NotesAsync(int id, CancellationToken cancel) => database.QueryAsync<CampaignNote>(Notes, new { Id = id }, cancel);

    public Task SuppressAsync(string person, string reason, int? campaign, DateTimeOffset now, CancellationToken cancel) =>
        database.ExecuteAsync(Suppress, new { Person = person, Reason = reason, Campaign = campaign, Now = now }, cancel);
}
