using BehaviorDashboard.Storage;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Rules, their versions, how they stand, and what they fired.</summary>
internal sealed class RuleStore(Database database)
{
    private const string Columns = """
        id as Id, name as Name, status as Status, version as Version, definition as Definition, created_at as CreatedAt, updated_at as UpdatedAt, reason as Reason
        """;

    private const string All = $"select {Columns} from feedback_rules order by lower(name), id";

    private const string One = $"select {Columns} from feedback_rules where id = @Id";

    private const string NextId = "select cast(nextval('feedback_rules_id') as integer)";

    private const string Insert = "insert into feedback_rules (id, name, status, version, definition, created_at, updated_at) values (@Id, @Name, 'draft', 1, @Definition, @Now, @Now)";

    private const string Update = "update feedback_rules set name = @Name, definition = @Definition, version = version + @Step, updated_at = @Now where id = @Id and version = @Version";

    private const string Remember = "insert into feedback_rule_versions (rule_id, version, definition, saved_at) values (@Id, @Version, @Definition, @Now)";

    private const string SetStatusOf = "update feedback_rules set status = @Status, reason = @Reason, updated_at = @Now where id = @Id";

    // A rule that changed, or was switched, begins anew: what held for another rule says nothing.
    private const string Forget = "delete from feedback_rule_standings where rule_id = @Id";

    private const string VersionsOf = "select version as Version, definition as Definition, saved_at as SavedAt from feedback_rule_versions where rule_id = @Id order by version desc";

    private const string StandingColumns = """
        rule_id as RuleId, version as Version, object_id as ObjectId, armed as Armed, holds_since as HoldsSince, last_fired as LastFired, fired_day as Day, fired_today as FiredToday, held as Held,
        reading as Reading, read_at as ReadAt, seq as Seq
        """;

    private const string AllStandings = $"select {StandingColumns} from feedback_rule_standings";

    private const string StandingsOf = $"select {StandingColumns} from feedback_rule_standings where rule_id = @Id order by object_id";

    private const string ChangeStanding = """
        update feedback_rule_standings set version = @Version, armed = @Armed, holds_since = @HoldsSince, last_fired = @LastFired, fired_day = @Day, fired_today = @FiredToday, held = @Held,
            reading = @Reading, read_at = @ReadAt, seq = seq + 1
        where rule_id = @RuleId and object_id = @ObjectId and seq = @Seq
        """;

    private const string AddStanding = """
        insert into feedback_rule_standings (rule_id, object_id, version, armed, holds_since, last_fired, fired_day, fired_today, held, reading, read_at, seq)
        values (@RuleId, @ObjectId, @Version, @Armed, @HoldsSince, @LastFired, @Day, @FiredToday, @Held, @Reading, @ReadAt, 1) on conflict (rule_id, object_id) do nothing
        """;

    private const string AddHold = "insert into feedback_holds (rule_id, object_id, held_at, why) values (@RuleId, @ObjectId, @At, @Why)";

    private const string HoldsOf = "select why as Why, count(*) as Count from feedback_holds where rule_id = @Id and held_at >= @Since group by why order by why";

    private sealed record HoldCount(string Why, long Count);

    private const string FiringColumns = """
        id as Id, rule_id as RuleId, version as Version, rule_name as RuleName, object_id as ObjectId, fired_at as FiredAt, reading as Reading, baseline as Baseline, mode as Mode, status as Status,
        decided_by as DecidedBy, decided_at as DecidedAt, predicted as Predicted, predicted_low as PredictedLow, predicted_high as PredictedHigh, effect as Effect, effect_low as EffectLow,
        effect_high as EffectHigh, measured_at as MeasuredAt, after_reading as After
        """;

    private const string AddFiring = """
        insert into feedback_firings (id, rule_id, version, rule_name, object_id, fired_at, reading, baseline, mode, status, predicted, predicted_low, predicted_high)
        values (@Id, @RuleId, @Version, @RuleName, @ObjectId, @FiredAt, @Reading, @Baseline, @Mode, @Status, @Predicted, @PredictedLow, @PredictedHigh) on conflict (id) do nothing
        """;

    private const string FiringsOf = $"select {FiringColumns} from feedback_firings where (@Id = 0 or rule_id = @Id) and fired_at >= @Since order by fired_at desc, id limit @Limit";

    private const string OneFiring = $"select {FiringColumns} from feedback_firings where id = @Id";

    private const string Waiting = $"select {FiringColumns} from feedback_firings where status = 'waiting' order by fired_at desc, id limit @Limit";

    private const string Unmeasured = $"select {FiringColumns} from feedback_firings where measured_at is null and fired_at < @Before and status not in ('waiting', 'declined') order by fired_at limit @Limit";

    private const string Measure = "update feedback_firings set effect = @Effect, effect_low = @Low, effect_high = @High, after_reading = @After, measured_at = @Now where id = @Id";

    private const string Decide = "update feedback_firings set status = @Status, decided_by = @Who, decided_at = @Now where id = @Id and status = any(@From)";

    private const string AddNotice = "insert into feedback_notices (id, firing_id, told_at, subject, body) values (@Id, @Firing, @Now, @Subject, @Body) on conflict (id) do nothing";

    private const string DropNotice = "delete from feedback_notices where id = @Id";

    private const string Notices = "select id as Id, firing_id as FiringId, told_at as ToldAt, subject as Subject, body as Body from feedback_notices where told_at >= @Since order by told_at desc, id limit @Limit";

    public Task<IReadOnlyList<FeedbackRule>> AllAsync(CancellationToken cancel = default) => database.QueryAsync<FeedbackRule>(All, cancel: cancel);

    public Task<FeedbackRule?> FindAsync(int id, CancellationToken cancel = default) => database.FirstOrDefaultAsync<FeedbackRule>(One, new { Id = id }, cancel);

    public Task<IReadOnlyList<FeedbackRuleVersion>> VersionsAsync(int id, CancellationToken cancel) => database.QueryAsync<FeedbackRuleVersion>(VersionsOf, new { Id = id }, cancel);

    public Task<int> AddAsync(string name, string definition, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var id = await session.ScalarAsync<int>(NextId);
        await session.ExecuteAsync(Insert, new { Id = id, Name = name, Definition = definition, Now = now });
        await session.ExecuteAsync(Remember, new { Id = id, Version = 1, Definition = definition, Now = now });
        return id;
    }, cancel);

    /// <returns>False when somebody saved meanwhile.</returns>
    public Task<bool> SaveAsync(FeedbackRule before, string name, string definition, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var step = definition == before.Definition ? 0 : 1;
        if (await session.ExecuteAsync(Update, new { before.Id, before.Version, Name = name, Definition = definition, Step = step, Now = now }) == 0) return false;
        if (step == 0) return true;
        await session.ExecuteAsync(Remember, new { before.Id, Version = before.Version + 1, Definition = definition, Now = now });
        await session.ExecuteAsync(Forget, new { before.Id });
        return true;
    }, cancel);

    public Task SetStatusAsync(int id, string status, string? reason, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(SetStatusOf, new { Id = id, Status = status, Reason = reason, Now = now });
        await session.ExecuteAsync(Forget, new { Id = id });
    }, cancel);

    public Task<IReadOnlyList<RuleStanding>> StandingsAsync(CancellationToken cancel) => database.QueryAsync<RuleStanding>(AllStandings, cancel: cancel);

    public Task<IReadOnlyList<RuleStanding>> StandingsAsync(int rule, CancellationToken cancel) => database.QueryAsync<RuleStanding>(StandingsOf, new { Id = rule }, cancel);

    /// <summary>Stores a step of a rule, and what it fires, at once.</summary>
    /// <returns>False when another process was faster: nothing is stored.</returns>
    public Task<bool> StepAsync(RuleStanding standing, string? held, RuleFiring? firing, IReadOnlyList<LedgerAction> actions, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.ExecuteAsync(standing.Seq == 0 ? AddStanding : ChangeStanding, standing) == 0) return false;
        if (held is not null) await session.ExecuteAsync(AddHold, new { standing.RuleId, standing.ObjectId, At = standing.ReadAt, Why = held });
        if (firing is null) return true;
        if (await session.ExecuteAsync(AddFiring, firing) == 0) return true;
        foreach (var action in actions) await LedgerStore.AddAsync(session, action);
        return true;
    }, cancel);

    public async Task<IReadOnlyDictionary<string, long>> HoldsAsync(int rule, DateTimeOffset since, CancellationToken cancel) =>
        (await database.QueryAsync<HoldCount>(HoldsOf, new { Id = rule, Since = since }, cancel)).ToDictionary(h => h.Why, h => h.Count);

    /// <param name="rule">0: of all rules.</param>
    public Task<IReadOnlyList<RuleFiring>> FiringsAsync(int rule, DateTimeOffset since, int limit, CancellationToken cancel = default) =>
        database.QueryAsync<RuleFiring>(FiringsOf, new { Id = rule, Since = since, Limit = limit }, cancel);

    public Task<RuleFiring?> FiringAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<RuleFiring>(OneFiring, new { Id = id }, cancel);

    public Task<IReadOnlyList<RuleFiring>> WaitingAsync(int limit, CancellationToken cancel) => database.QueryAsync<RuleFiring>(Waiting, new { Limit = limit }, cancel);

    public Task<IReadOnlyList<RuleFiring>> UnmeasuredAsync(DateTimeOffset before, int limit, CancellationToken cancel) => database.QueryAsync<RuleFiring>(Unmeasured, new { Before = before, Limit = limit }, cancel);

    public Task MeasureAsync(string firing, EffectEstimate? effect, double? after, DateTimeOffset now, CancellationToken cancel) =>
        database.ExecuteAsync(Measure, new { Id = firing, Effect = effect?.Value, effect?.Low, effect?.High, After = after, Now = now }, cancel);

    /// <returns>False when it did not stand at one of <paramref name="from"/>.</returns>
    public static async Task<bool> DecideAsync(Session session, string firing, string status, string who, DateTimeOffset now, params string[] from) =>
        await session.ExecuteAsync(Decide, new { Id = firing, Status = status, Who = who, Now = now, From = SqlList.Of(from) }) > 0;

    /// <returns>Whether this process watches until then.</returns>
    public Task TellAsync(Notice notice, CancellationToken cancel) => database.ExecuteAsync(AddNotice, new { notice.Id, Firing = notice.FiringId, Now = notice.ToldAt, notice.Subject, notice.Body }, cancel);

    public Task TakeBackAsync(string notice, CancellationToken cancel) => database.ExecuteAsync(DropNotice, new { Id = notice }, cancel);

    public Task<IReadOnlyList<Notice>> NoticesAsync(DateTimeOffset since, int limit, CancellationToken cancel = default) => database.QueryAsync<Notice>(Notices, new { Since = since, Limit = limit }, cancel);
}

/// <summary>Something a rule told the people of the shop.</summary>
public sealed record Notice(string Id, string FiringId, DateTimeOffset ToldAt, string Subject, string Body);
