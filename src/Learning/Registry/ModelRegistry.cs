using System.Text.Json;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Learning;

/// <summary>Every version of every model, its card and its bytes. One version a kind is the champion: the one in use.</summary>
public sealed class ModelRegistry(Database database, TimeProvider time)
{
    private const string Columns = """
        id as Id, kind as Kind, version as Version, status as Status, verdict as Verdict, created_at as CreatedAt, data_from as DataFrom, data_to as DataTo,
        row_count as RowCount, seed as Seed, took_seconds as TookSeconds, features as Features, quality as Quality
        """;

    private const string All = $"select {Columns} from model_versions order by created_at desc, id desc limit @Limit";

    private const string OfKind = $"select {Columns} from model_versions where kind = @Kind order by version desc limit @Limit";

    private const string InUse = $"select {Columns} from model_versions where kind = @Kind and status = 'champion'";

    private const string One = $"select {Columns} from model_versions where id = @Id";

    private const string Insert = """
        insert into model_versions (id, kind, version, status, verdict, created_at, data_from, data_to, row_count, seed, took_seconds, features, quality)
        values (@Id, @Kind, (select coalesce(max(version), 0) + 1 from model_versions where kind = @Kind), 'candidate', @Verdict, @Now, @DataFrom, @DataTo, @Rows, @Seed, @Took, @Features, @Quality)
        """;

    private const string InsertContent = "insert into model_artefacts (version_id, content) values (@Id, @Content)";

    private const string Content = "select content from model_artefacts where version_id = @Id";

    private const string Retire = "update model_versions set status = 'retired' where kind = @Kind and status = 'champion'";

    private const string Crown = "update model_versions set status = 'champion' where id = @Id";

    public Task<IReadOnlyList<ModelVersion>> ListAsync(int limit = 200, CancellationToken cancel = default) => database.QueryAsync<ModelVersion>(All, new { Limit = limit }, cancel);

    public Task<IReadOnlyList<ModelVersion>> ListAsync(string kind, int limit = 50, CancellationToken cancel = default) => database.QueryAsync<ModelVersion>(OfKind, new { Kind = kind, Limit = limit }, cancel);

    public Task<ModelVersion?> ChampionAsync(string kind, CancellationToken cancel = default) => database.FirstOrDefaultAsync<ModelVersion>(InUse, new { Kind = kind }, cancel);

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
                Features = JsonSerializer.Serialize(model.Features), Quality = JsonSerializer.Serialize(model.Quality.Where(q => double.IsFinite(q.Value)).ToDictionary()),
            });
            await session.ExecuteAsync(InsertContent, new { Id = next, model.Content });
            return next;
        }, cancel);
        return (await FindAsync(id, cancel))!;
    }

    /// <summary>Puts a version into use in place of the one before.</summary>
    internal Task PublishAsync(ModelVersion version, CancellationToken cancel = default) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Retire, new { version.Kind });
        await session.ExecuteAsync(Crown, new { version.Id });
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
