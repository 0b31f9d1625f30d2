using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Learning;

/// <summary>Trainings and schedules.</summary>
internal sealed class TrainingStore(Database database)
{
    private const string Columns = """
        id as Id, kind as Kind, settings as Settings, status as Status, attempts as Attempts, requested_at as RequestedAt, started_at as StartedAt, ended_at as EndedAt, reason as Reason, version_id as VersionId
        """;

    private const string Latest = $"select {Columns} from training_jobs order by id desc limit @Limit";

    private const string Next = $"select {Columns} from training_jobs where status = 'queued' order by id limit 1";

    private const string Open = $"select {Columns} from training_jobs where kind = @Kind and status in ('queued', 'running') order by id limit 1";

    private const string Insert = """
        insert into training_jobs (id, kind, settings, status, attempts, requested_at) values (@Id, @Kind, @Settings, 'queued', 0, @Now)
        """;

    private const string Start = "update training_jobs set status = 'running', attempts = attempts + 1, started_at = @Now where id = @Id and status = 'queued'";

    private const string End = "update training_jobs set status = @Status, ended_at = @Now, reason = @Reason, version_id = @VersionId where id = @Id";

    // A process that ended in the middle: begin again, but not for ever.
    private const string Requeue = """
        update training_jobs set status = case when attempts >= @Most then 'failed' else 'queued' end, ended_at = case when attempts >= @Most then cast(@Now as timestamptz) end,
            reason = case when attempts >= @Most then 'interrupted' end where status = 'running'
        """;

    private const string CancelQueued = "update training_jobs set status = 'cancelled', ended_at = @Now where id = @Id and status = 'queued'";

    private const string AllSchedules = "select kind as Kind, every_days as EveryDays, next_at as NextAt from training_schedules order by kind";

    private const string PutSchedule = """
        insert into training_schedules (kind, every_days, next_at) values (@Kind, @EveryDays, @NextAt) on conflict (kind) do update set every_days = excluded.every_days, next_at = excluded.next_at
        """;

    public Task<IReadOnlyList<TrainingJob>> LatestAsync(int limit, CancellationToken cancel) => database.QueryAsync<TrainingJob>(Latest, new { Limit = limit }, cancel);

    public Task<TrainingJob?> NextAsync(CancellationToken cancel) => database.FirstOrDefaultAsync<TrainingJob>(Next, null, cancel);

    public Task<TrainingJob> AddAsync(string kind, string settings, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.FirstOrDefaultAsync<TrainingJob>(Open, new { Kind = kind }) is { } open) return open;
        var id = await session.ScalarAsync<int>("select cast(nextval('training_jobs_id') as integer)");
        await session.ExecuteAsync(Insert, new { Id = id, Kind = kind, Settings = settings, Now = now });
        return new TrainingJob(id, kind, settings, "queued", 0, now, null, null, null, null);
    }, cancel);

    public async Task<bool> StartAsync(int id, DateTimeOffset now, CancellationToken cancel) => await database.ExecuteAsync(Start, new { Id = id, Now = now }, cancel) > 0;

    public Task EndAsync(int id, string status, string? reason, int? version, DateTimeOffset now) => database.ExecuteAsync(End, new { Id = id, Status = status, Reason = reason, VersionId = version, Now = now });

    public Task RequeueAsync(int most, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(Requeue, new { Most = most, Now = now }, cancel);

    public Task<int> CancelQueuedAsync(int id, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(CancelQueued, new { Id = id, Now = now }, cancel);

    public Task<IReadOnlyList<TrainingSchedule>> SchedulesAsync(CancellationToken cancel) => database.QueryAsync<TrainingSchedule>(AllSchedules, null, cancel);

    public Task PutAsync(TrainingSchedule schedule, CancellationToken cancel) => database.ExecuteAsync(PutSchedule, schedule, cancel);

    public Task DropScheduleAsync(string kind, CancellationToken cancel) => database.ExecuteAsync("delete from training_schedules where kind = @Kind", new { Kind = kind }, cancel);

    public Task<IReadOnlyList<string>> PoliciesAsync(CancellationToken cancel) => database.QueryAsync<string>("select kind from training_policies where on_drift order by kind", null, cancel);

    public Task PutPolicyAsync(string kind, bool on, CancellationToken cancel) =>
        database.ExecuteAsync("insert into training_policies (kind, on_drift) values (@Kind, @On) on conflict (kind) do update set on_drift = excluded.on_drift", new { Kind = kind, On = on }, cancel);
}
