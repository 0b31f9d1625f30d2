using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>All SQL of the imports.</summary>
internal sealed class ImportsStore(Database database)
{
    private const string Start = """
        insert into imports (id, preset, files, started_at, status) values (@Id, @Preset, @Files, @At, 'running')
        """;

    private const string Finish = "update imports set finished_at = @At, status = @Status, report = cast(@Report as json) where id = @Id";

    private const string List = """
        select id as Id, preset as Preset, files as Files, started_at as StartedAt, finished_at as FinishedAt, status as Status, cast(report as text) as Report
        from imports order by started_at desc limit @Limit
        """;

    private const string Known = "select key as Key, hash as Hash from import_entities where key = any(@Keys)";

    private const string Remember = """
        insert into import_entities (key, kind, hash, import_id) select unnest(@Keys), unnest(@Kinds), unnest(@Hashes), @ImportId
        on conflict (key) do update set hash = excluded.hash, import_id = excluded.import_id
        """;

    private const string Forget = "delete from import_entities where import_id = @ImportId";

    // A customer's mark ends in their key; an event's is its message id.
    private const string MarksOf = """
        select m.key from import_entities m
        where exists (select 1 from (select unnest(@Ids) as id) w where right(m.key, length(w.id) + 1) = ':' || w.id)
            or m.key in (select message_id from events where user_id = any(@Keys) and type <> 'item' and name not in ('Order Completed', 'Order Refunded', 'Revenue Adjusted'))
        """;

    private const string ForgetMarks = "delete from import_entities where key = any(@Keys)";

    private const string Rewrite = "update imports set report = cast(@Report as json) where id = @Id";

    private sealed record Entity(string Key, long Hash);

    public Task StartAsync(string id, string preset, IEnumerable<string> files, DateTimeOffset at) =>
        database.ExecuteAsync(Start, new { Id = id, Preset = preset, Files = string.Join('\n', files), At = at });

    public Task FinishAsync(ImportReport report, DateTimeOffset at) =>
        database.ExecuteAsync(Finish, new { report.Id, report.Status, At = at, Report = JsonSerializer.Serialize(report, ImportJson.Default.ImportReport) });

    public Task<IReadOnlyList<ImportLine>> ListAsync(int limit, CancellationToken cancel) => database.QueryAsync<ImportLine>(List, new { Limit = limit }, cancel);

    /// <returns>Hash of the content that was imported under each key.</returns>
    public async Task<Dictionary<string, long>> KnownAsync(IEnumerable<string> keys, CancellationToken cancel) =>
        (await database.QueryAsync<Entity>(Known, new { Keys = SqlList.Of(keys) }, cancel)).ToDictionary(e => e.Key, e => e.Hash);

    public Task RememberAsync(IReadOnlyCollection<(Unit Unit, long Hash)> units, string importId, CancellationToken cancel) => database.ExecuteAsync(Remember, new
    {
        Keys = SqlList.Of(units.Select(u => u.Unit.Key)),
        Kinds = SqlList.Of(units.Select(u => u.Unit.Kind)),
        Hashes = SqlList.Of(units.Select(u => u.Hash)),
        ImportId = importId,
    }, cancel);

    /// <returns>Keys under which a person and their events are remembered as imported.</returns>
    public Task<IReadOnlyList<string>> EntitiesAsync(ErasedPerson person, CancellationToken cancel)
    {
        IEnumerable<string> ids = person.Email is { } email ? [.. person.SentIds, email] : person.SentIds;
        return database.QueryAsync<string>(MarksOf, new { Ids = SqlList.Of(ids), Keys = SqlList.Of(person.Keys) }, cancel);
    }

    public Task ForgetAsync(IEnumerable<string> keys) => database.ExecuteAsync(ForgetMarks, new { Keys = SqlList.Of(keys) });

    public Task RewriteAsync(ImportReport report) => database.ExecuteAsync(Rewrite, new { report.Id, Report = JsonSerializer.Serialize(report, ImportJson.Default.ImportReport) });

    public Task ForgetAsync(string importId) => database.ExecuteAsync(Forget, new { ImportId = importId });
}

/// <summary>A line of the list of imports.</summary>
public sealed record ImportLine(string Id, string Preset, string Files, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Status, string? Report)
{
    public ImportReport? Read() => Report is null ? null : JsonSerializer.Deserialize(Report, ImportJson.Default.ImportReport);
}
