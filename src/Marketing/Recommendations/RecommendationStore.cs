using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Recommendations;

/// <summary>A test of two strategies.</summary>
/// <param name="Placement">Null: every placement.</param>
/// <param name="Share">Of people who see the challenger.</param>
public sealed record Experiment(int Id, string Name, string? Placement, int ControlId, int ChallengerId, double Share, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    public bool IsRunning => EndedAt is null;
}

/// <summary>The first time somebody of a test was given a list.</summary>
internal sealed record Exposure(int ExperimentId, string Person, bool Challenger, DateTimeOffset FirstAt);

/// <summary>A key that was erased, as a hash.</summary>
internal sealed record Forgotten(string Hash, DateTimeOffset ToldAt);

/// <summary>All SQL over the tables of this slice.</summary>
internal sealed class RecommendationStore(Database database)
{
    private const string StrategyColumns = "id as Id, name as Name, policy as Policy, version as Version, is_default as IsDefault, updated_at as UpdatedAt";

    private const string OverrideColumns = """
        id as Id, kind as Kind, product_id as ProductId, category as Category, placement as Placement, factor as Factor, reason as Reason, cause as Cause, created_at as CreatedAt, expires_at as ExpiresAt
        """;

    private const string ExperimentColumns = "id as Id, name as Name, placement as Placement, control_id as ControlId, challenger_id as ChallengerId, share as Share, started_at as StartedAt, ended_at as EndedAt";

    private const string InsertStrategy = "insert into recommendation_strategies (id, name, policy, version, is_default, updated_at) values (@Id, @Name, @Policy, 1, @IsDefault, @Now)";

    private const string UpdateStrategy = "update recommendation_strategies set name = @Name, policy = @Policy, version = version + 1, updated_at = @Now where id = @Id and version = @Version";

    private const string InsertOverride = """
        insert into recommendation_overrides (id, kind, product_id, category, placement, factor, reason, cause, created_at, expires_at)
        values (@Id, @Kind, @ProductId, @Category, @Placement, @Factor, @Reason, @Cause, @CreatedAt, @ExpiresAt)
        """;

    private const string InsertExperiment = """
        insert into recommendation_experiments (id, name, placement, control_id, challenger_id, share, started_at) values (@Id, @Name, @Placement, @ControlId, @ChallengerId, @Share, @StartedAt)
        """;

    private const string InsertExposures = """
        insert into recommendation_exposures (experiment_id, user_id, challenger, first_at)
        select unnest(@Experiments), unnest(@People), unnest(@Challengers), unnest(@Times) on conflict (user_id, experiment_id) do nothing
        """;

    private sealed record StrategyRow(int Id, string Name, string Policy, int Version, bool IsDefault, DateTimeOffset UpdatedAt);

    public async Task<IReadOnlyList<Strategy>> StrategiesAsync(CancellationToken cancel) =>
        [.. (await database.QueryAsync<StrategyRow>($"select {StrategyColumns} from recommendation_strategies order by id", null, cancel)).Select(r => new Strategy(r.Id, r.Name, RankingPolicy.Read(r.Policy), r.Version, r.IsDefault, r.UpdatedAt))];

    /// <param name="isDefault">Only while there is no default yet.</param>
    public Task<int> AddStrategyAsync(string name, RankingPolicy policy, bool isDefault, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (isDefault && await session.ScalarAsync<int?>("select min(id) from recommendation_strategies where is_default") is { } there) return there;
        var id = await NextAsync(session);
        await session.ExecuteAsync(InsertStrategy, new { Id = id, Name = name, Policy = policy.Write(), IsDefault = isDefault, Now = now });
        return id;
    }, cancel);

    /// <returns>False when somebody changed it since.</returns>
    public async Task<bool> SaveStrategyAsync(Strategy before, string name, RankingPolicy policy, DateTimeOffset now, CancellationToken cancel) =>
        await database.ExecuteAsync(UpdateStrategy, new { before.Id, before.Version, Name = name, Policy = policy.Write(), Now = now }, cancel) > 0;

    public Task UseStrategyAsync(int id, CancellationToken cancel) => database.ExecuteAsync("update recommendation_strategies set is_default = (id = @Id)", new { Id = id }, cancel);

    /// <summary>Those that hold or will hold; what has expired or ended is history.</summary>
    public Task<IReadOnlyList<Override>> OverridesAsync(DateTimeOffset now, CancellationToken cancel) =>
        database.QueryAsync<Override>($"select {OverrideColumns} from recommendation_overrides where ended_at is null and (expires_at is null or expires_at > @Now) order by id", new { Now = now }, cancel);

    public Task<int> AddOverrideAsync(Override decided, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var id = await NextAsync(session);
        await session.ExecuteAsync(InsertOverride, decided with { Id = id });
        return id;
    }, cancel);

    public async Task<bool> EndOverrideAsync(int id, DateTimeOffset now, CancellationToken cancel) =>
        await database.ExecuteAsync("update recommendation_overrides set ended_at = @Now where id = @Id and ended_at is null", new { Id = id, Now = now }, cancel) > 0;

    public Task<IReadOnlyList<Experiment>> ExperimentsAsync(CancellationToken cancel) =>
        database.QueryAsync<Experiment>($"select {ExperimentColumns} from recommendation_experiments order by id desc limit 200", null, cancel);

    public Task<int> AddExperimentAsync(Experiment experiment, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var id = await NextAsync(session);
        await session.ExecuteAsync(InsertExperiment, experiment with { Id = id });
        return id;
    }, cancel);

    public async Task<bool> EndExperimentAsync(int id, DateTimeOffset now, CancellationToken cancel) =>
        await database.ExecuteAsync("update recommendation_experiments set ended_at = @Now where id = @Id and ended_at is null", new { Id = id, Now = now }, cancel) > 0;

    public Task AddExposuresAsync(IReadOnlyCollection<Exposure> exposures, CancellationToken cancel) => database.ExecuteAsync(InsertExposures, new
    {
        Experiments = SqlList.Of(exposures.Select(e => e.ExperimentId)), People = SqlList.Of(exposures.Select(e => e.Person)), Challengers = SqlList.Of(exposures.Select(e => e.Challenger)),
        Times = SqlList.Of(exposures.Select(e => e.FirstAt.UtcDateTime)),
    }, cancel);

    public Task<IReadOnlyList<Exposure>> ExposuresAsync(IReadOnlyCollection<int> experiments, CancellationToken cancel) => database.QueryAsync<Exposure>(
        "select experiment_id as ExperimentId, user_id as Person, challenger as Challenger, first_at as FirstAt from recommendation_exposures where experiment_id = any(@Ids)", new { Ids = SqlList.Of(experiments) }, cancel);

    /// <summary>Tells every process which keys were erased; what was told a day ago is removed.</summary>
    public Task AddForgottenAsync(IReadOnlyCollection<string> hashes, DateTimeOffset now) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("delete from recommendation_forgotten where told_at < @Before", new { Before = now.AddDays(-1) });
        return await session.ExecuteAsync("insert into recommendation_forgotten (hash, told_at) select unnest(@Hashes), cast(@Now as timestamptz) on conflict (hash) do update set told_at = excluded.told_at", new { Hashes = SqlList.Of(hashes), Now = now });
    });

    public Task<IReadOnlyList<Forgotten>> ForgottenAsync(CancellationToken cancel) => database.QueryAsync<Forgotten>("select hash as Hash, told_at as ToldAt from recommendation_forgotten", null, cancel);

    public Task RemoveExposuresAsync(IReadOnlyCollection<string> people, CancellationToken cancel) =>
        database.ExecuteAsync("delete from recommendation_exposures where user_id = any(@People)", new { People = SqlList.Of(people) }, cancel);

    /// <summary>The outcome of an action done before, as it was written, and whether it was undone since.</summary>
    public Task<DoneAction?> ActionAsync(string request, CancellationToken cancel) =>
        database.FirstOrDefaultAsync<DoneAction>("select outcome as Outcome, undone as Undone from recommendation_actions where request_id = @Id", new { Id = request }, cancel);

    public Task AddActionAsync(string request, string outcome, CancellationToken cancel) =>
        database.ExecuteAsync("insert into recommendation_actions (request_id, outcome, undone) values (@Id, @Outcome, false) on conflict (request_id) do nothing", new { Id = request, Outcome = outcome }, cancel);

    public Task UndoActionAsync(string request, CancellationToken cancel) => database.ExecuteAsync("update recommendation_actions set undone = true where request_id = @Id", new { Id = request }, cancel);

    private static Task<int> NextAsync(Session session) => session.ScalarAsync<int>("select cast(nextval('recommendation_ids') as integer)");
}

internal sealed record DoneAction(string Outcome, bool Undone);
