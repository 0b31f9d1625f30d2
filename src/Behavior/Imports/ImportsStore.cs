using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Imports;

/// <summary>SQL of the imports themselves and of the remembered mappings.</summary>
internal sealed class ImportsStore(Database database)
{
    private const string Start = """
        insert into imports (id, preset, files, started_at, status, asked, fingerprint, alive_at) values (@Id, @Preset, @Files, @At, 'running', @Asked, @Fingerprint, @At)
        on conflict (id) do update set status = 'running', alive_at = excluded.alive_at, finished_at = null, asked = excluded.asked
        """;

    private const string Alive = "update imports set alive_at = @At where id = @Id";

    private const string Finish = "update imports set finished_at = @At, status = @Status, report = cast(@Report as json) where id = @Id";

    private const string Columns = """
        id as Id, preset as Preset, files as Files, started_at as StartedAt, finished_at as FinishedAt, status as Status, cast(report as text) as Report, asked as Asked, alive_at as AliveAt
        """;

    private const string List = $"select {Columns} from imports order by started_at desc limit @Limit";

    private const string Find = $"select {Columns} from imports where id = @Id";

    // Done and undone imports are over; begun again they are new ones.
    private const string Unfinished = $"""
        select {Columns} from imports where fingerprint = @Fingerprint and status in ('running', 'cancelled', 'failed') order by started_at desc limit 1
        """;

    private const string Mapping = "select mapping from import_mappings where signature = @Signature";

    private const string RememberMapping = """
        insert into import_mappings (signature, mapping, saved_at) values (@Signature, @Mapping, @At)
        on conflict (signature) do update set mapping = excluded.mapping, saved_at = excluded.saved_at
        """;

    private const string Rewrite = "update imports set report = cast(@Report as json) where id = @Id";

    /// <summary>Whether an import that no run here carries out may run in another process.</summary>
    public bool Shared => database.Dialect.Name != "duckdb";

    public Task StartAsync(string id, ImportRequest request, string fingerprint, DateTimeOffset at) => database.ExecuteAsync(Start,
        new { Id = id, request.Preset, Files = string.Join('\n', request.Names), At = at, Asked = request.ToJson(), Fingerprint = fingerprint });

    public Task AliveAsync(string id, DateTimeOffset at) => database.ExecuteAsync(Alive, new { Id = id, At = at });

    public Task FinishAsync(ImportReport report, DateTimeOffset at) =>
        database.ExecuteAsync(Finish, new { report.Id, report.Status, At = at, Report = JsonSerializer.Serialize(report, ImportJson.Default.ImportReport) });

    public Task<IReadOnlyList<ImportLine>> ListAsync(int limit, CancellationToken cancel) => database.QueryAsync<ImportLine>(List, new { Limit = limit }, cancel);

    public Task<ImportLine?> FindAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<ImportLine>(Find, new { Id = id }, cancel);

    public Task<ImportLine?> UnfinishedAsync(string fingerprint, CancellationToken cancel) => database.FirstOrDefaultAsync<ImportLine>(Unfinished, new { Fingerprint = fingerprint }, cancel);

    public async Task<ColumnMapping?> MappingAsync(string signature, CancellationToken cancel) =>
        await database.ScalarAsync<string>(Mapping, new { Signature = signature }, cancel) is { } json ? ColumnMapping.FromJson(json) : null;

    public Task RememberMappingAsync(string signature, ColumnMapping mapping, DateTimeOffset at) =>
        database.ExecuteAsync(RememberMapping, new { Signature = signature, Mapping = mapping.ToJson(), At = at });

    public Task RewriteAsync(ImportReport report) => database.ExecuteAsync(Rewrite, new { report.Id, Report = JsonSerializer.Serialize(report, ImportJson.Default.ImportReport) });
}

/// <summary>A line of the list of imports.</summary>
public sealed record ImportLine(string Id, string Preset, string Files, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Status, string? Report, string? Asked, DateTimeOffset? AliveAt)
{
    /// <summary>Statuses of imports that may be undone, or gone on with.</summary>
    public const string Running = "running", Interrupted = "interrupted", Done = "done", Cancelled = "cancelled", Failed = "failed", Undone = "undone";

    public ImportReport? Read() => Report is null ? null : JsonSerializer.Deserialize(Report, ImportJson.Default.ImportReport);

    public bool CanUndo => Status is Done or Cancelled or Failed or Interrupted;

    public bool CanResume => Status is Cancelled or Failed or Interrupted;
}
