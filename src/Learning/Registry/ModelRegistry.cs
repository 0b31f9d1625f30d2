using System.Text.Json;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Learning;

/// <summary>Every version of every model, its card and its bytes. One version a kind is the champion: the one in use.</summary>
public sealed class ModelRegistry(Database database, TimeProvider time)
{
    private const string Columns = """
        id as Id, kind as Kind, version as Version, status as Status, verdict as Verdict, created_at as CreatedAt, data_from as DataFrom, data_to as DataTo,
        row_count as RowCount, seed as Seed, took_seconds as TookSeconds, features as Features, quality as Quality, card as Card
        """;

    private const string All = $"select {Columns} from model_versions order by created_at desc, id desc limit @Limit";

    private const string OfKind = $"select {Columns} from model_versions where kind = @Kind order by version desc limit @Limit";

    private const string InUse = $"select {Columns} from model_versions where kind = @Kind and status = 'champion'";

    private const string One = $"select {Columns} from model_versions where id = @Id";

    private const string ByNumber = $"select {Columns} from model_versions where kind = @Kind and version = @Version";

    private const string Insert = """
        insert into model_versions (id, kind, version, status, verdict, created_at, data_from, data_to, row_count, seed, took_seconds, features, quality, card)
        values (@Id, @Kind, (select coalesce(max(version), 0) + 1 from model_versions where kind = @Kind), 'candidate', @Verdict, @Now, @DataFrom, @DataTo, @Rows, @Seed, @Took, @Features, @Quality, @Card)
        """;

    private const string InsertContent = "insert into model_artefacts (version_id, content) values (@Id, @Content)";

    private const string Content = "select content from model_artefacts where version_id = @Id";

    private const string Retire = "update model_versions set status = 'retired' where kind = @Kind and status = 'champion'";

    private const string Crown = "update model_versions set status = 'champion' where id = @Id";

    private const string Reigns = """
        select r.id as Id, r.kind as Kind, r.version_id as VersionId, v.version as Version, r.since as Since, r.until as Until, r.how as How, r.reason as Reason
        from model_reigns r join model_versions v on v.id = r.version_id where @Kind = '' or r.kind = @Kind order by r.since desc, r.id desc limit @Limit
        """;

    private const string EndReign = "update model_reigns set until = @Now where kind = @Kind and until is null";

    private const string BeginReign = """
        insert into model_reigns (id, kind, version_id, since, how, reason) values (cast(nextval('model_reigns_id') as integer), @Kind, @Id, @Now, @How, @Reason)
        """;

    private const string Checks = """
        select kind as Kind, checked_at as CheckedAt, version_id as VersionId, measure as Measure, value as Value, low as Low, high as High, detail as Detail
        from model_checks where (@Kind = '' or kind = @Kind) and checked_at <= @Until order by checked_at desc, kind, measure limit @Limit
        """;

    private const string KeepCheck = """
        insert into model_checks (kind, checked_at, version_id, measure, value, low, high, detail) values (@Kind, @Now, @Id, @Measure, @Value, @Low, @High, @Detail)
        on conflict (kind, checked_at, measure) do nothing
        """;

    public Task<IReadOnlyList<ModelVersion>> ListAsync(int limit = 200, CancellationToken cancel = default) => database.QueryAsync<ModelVersion>(All, new { Limit = limit }, cancel);

    public Task<IReadOnlyList<ModelVersion>> ListAsync(string kind, int limit = 50, CancellationToken cancel = default) => database.QueryAsync<ModelVersion>(OfKind, new { Kind = kind, Limit = limit }, cancel);

    public Task<ModelVersion?> ChampionAsync(string kind, CancellationToken cancel = default) => database.FirstOrDefaultAsync<ModelVersion>(InUse, new { Kind = kind }, cancel);

    public Task<ModelVersion?> FindAsync(string kind, int version, CancellationToken cancel = default) => database.FirstOrDefaultAsync<ModelVersion>(ByNumber, new { Kind = kind, Version = version }, cancel);

    public Task<ModelVersion?> FindAsync(int id, CancellationToken cancel = default) => database.FirstOrDefaultAsync<ModelVersion>(One, new { Id = id }, cancel);

    public Task<byte[]?> ContentAsync(int id, CancellationToken cancel = default) => database.ReadAsync(async session =>
    {
        byte[]? content = null;
        await session.ReadRowsAsync(Content, new { Id = id }, row => content = Bytes(row.GetValue(0)));
        return content;
    }, cancel);

    /// <summary>Keeps a version as a candidate.</summary>
    public async Task<ModelVersion> AddAsync(string kind, TrainedModel model, TimeSpan took, CancellationToken cancel = default)
    {
        var id = await database.WriteAsync(async session =>
        {
            var next = await session.ScalarAsync<int>("select cast(nextval('model_versions_id') as integer)");
            await session.ExecuteAsync(Insert, new
            {
                Id = next, Kind = kind, model.Verdict, Now = time.GetUtcNow(), model.DataFrom, model.DataTo, model.Rows, model.Seed, Took = took.TotalSeconds,
                Features = JsonSerializer.Serialize(model.Features), Quality = JsonSerializer.Serialize(model.Quality.Where(q => double.IsFinite(q.Value)).ToDictionary()), Card = model.Card?.Write(),
            });
            await session.ExecuteAsync(InsertContent, new { Id = next, model.Content });
            return next;
        }, cancel);
        return (await FindAsync(id, cancel))!;
    }

    /// <summary>Stretches in which versions were in use, newest first.</summary>
    public Task<IReadOnlyList<ModelReign>> ReignsAsync(string? kind = null, int limit = 200, CancellationToken cancel = default) => database.QueryAsync<ModelReign>(Reigns, new { Kind = kind ?? "", Limit = limit }, cancel);

    /// <summary>What became of published versions, newest first.</summary>
    public Task<IReadOnlyList<KeptCheck>> ChecksAsync(string? kind = null, DateTimeOffset? until = null, int limit = 500, CancellationToken cancel = default) =>
        database.QueryAsync<KeptCheck>(Checks, new { Kind = kind ?? "", Until = until ?? time.GetUtcNow(), Limit = limit }, cancel);

    /// <summary>Puts a version into use in place of the one before: at one instant, for whoever asks for the champion.</summary>
    internal Task PublishAsync(ModelVersion version, string how, string? reason, CancellationToken cancel = default) => database.WriteAsync(async session =>
    {
        var now = time.GetUtcNow();
        await session.ExecuteAsync(Retire, new { version.Kind });
        await session.ExecuteAsync(Crown, new { version.Id });
        await session.ExecuteAsync(EndReign, new { version.Kind, Now = now });
        await session.ExecuteAsync(BeginReign, new { version.Kind, version.Id, Now = now, How = how, Reason = reason });
    }, cancel);

    internal Task KeepChecksAsync(ModelVersion version, IReadOnlyList<ModelCheck> checks, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var now = time.GetUtcNow();
        foreach (var check in checks.Where(c => double.IsFinite(c.Value)))
            await session.ExecuteAsync(KeepCheck, new { version.Kind, Now = now, version.Id, check.Measure, check.Value, check.Low, check.High, check.Detail });
    }, cancel);

    /// <summary>One engine gives an array, the other a stream.</summary>
    private static byte[] Bytes(object value)
    {
        if (value is byte[] bytes) return bytes;
        using var stream = (Stream)value;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
