using System.Text.Json;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>All SQL about answers and what became of suggestions.</summary>
internal sealed class KnowledgeStore(Database database)
{
    private sealed record RankerRow(string Weights, long Updates);

    private sealed record ChoiceFigures(long Decisions, long Taken, double? First, double? PlainFirst, double? Rank, double? PlainRank);

    private const string Columns = """
        id as Id, title as Title, body as Body, language as Language, intent as Intent, active as Active, shown as Shown, accepted as Accepted, updated_at as UpdatedAt, updated_by as UpdatedBy
        """;

    private const string Insert = """
        insert into knowledge (id, title, body, language, intent, active, shown, accepted, updated_at, updated_by) values (@Id, @Title, @Body, @Language, @Intent, @Active, 0, 0, @Now, @By)
        """;

    private const string Update = "update knowledge set title = @Title, body = @Body, language = @Language, intent = @Intent, active = @Active, updated_at = @Now, updated_by = @By where id = @Id";

    private const string Choice = """
        insert into suggestion_choices (conversation_id, message_id, knowledge_id, chosen_at, outcome, place, plain_place, features)
        values (@Conversation, @Message, @Article, @Now, @Outcome, @Place, @PlainPlace, @Features)
        """;

    private const string Quality = """
        select count(*) as Decisions, count(*) filter (where outcome <> 'rejected') as Taken, avg(cast(case when place = 1 then 1 else 0 end as double precision)) filter (where outcome <> 'rejected') as First,
            avg(cast(case when plain_place = 1 then 1 else 0 end as double precision)) filter (where outcome <> 'rejected') as PlainFirst, avg(cast(1.0 / place as double precision)) filter (where outcome <> 'rejected') as Rank,
            avg(cast(1.0 / plain_place as double precision)) filter (where outcome <> 'rejected') as PlainRank from suggestion_choices
        """;

    public Task<IReadOnlyList<Article>> AllAsync(CancellationToken cancel) => database.QueryAsync<Article>($"select {Columns} from knowledge order by language, intent, title, id", null, cancel);

    public Task<int> SaveAsync(ArticleDraft draft, string by, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        var id = draft.Id > 0 ? draft.Id : await session.ScalarAsync<int>("select cast(nextval('knowledge_id') as integer)");
        await session.ExecuteAsync(draft.Id > 0 ? Update : Insert, new { Id = id, draft.Title, draft.Body, draft.Language, draft.Intent, draft.Active, Now = now, By = by });
        return id;
    }, cancel);

    public Task DeleteAsync(int id, CancellationToken cancel) => database.ExecuteAsync("delete from knowledge where id = @Id", new { Id = id }, cancel);

    public async Task<Ranker> RankerAsync(CancellationToken cancel) =>
        await database.FirstOrDefaultAsync<RankerRow>("select weights as Weights, updates as Updates from suggestion_ranker where id = 1", null, cancel) is { } row
            ? new Ranker(JsonSerializer.Deserialize<double[]>(row.Weights)!, row.Updates) : Ranker.Initial;

    /// <summary>Keeps a decision once a message, and what the ranking learnt from it.</summary>
    /// <returns>False where the message was decided on before.</returns>
    public Task<bool> ChooseAsync(int conversation, long message, Suggestion chosen, string outcome, IReadOnlyList<(Suggestion Shown, double Taken)> lessons, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.ScalarAsync<long>("select count(*) from suggestion_choices where message_id = @Message and (outcome <> 'rejected' or knowledge_id = @Article)", new { Message = message, Article = chosen.Article.Id }) > 0) return false;
        await session.ExecuteAsync(Choice, new { Conversation = conversation, Message = message, Article = chosen.Article.Id, Now = now, Outcome = outcome, chosen.Place, chosen.PlainPlace, Features = JsonSerializer.Serialize(chosen.Features) });
        var row = await session.FirstOrDefaultAsync<RankerRow>("select weights as Weights, updates as Updates from suggestion_ranker where id = 1");
        var ranker = row is null ? Ranker.Initial : new Ranker(JsonSerializer.Deserialize<double[]>(row.Weights)!, row.Updates);
        foreach (var (shown, taken) in lessons)
        {
            ranker = ranker.Learn(shown.Features, taken);
            await session.ExecuteAsync("update knowledge set shown = shown + 1, accepted = accepted + @Taken where id = @Id", new { Taken = taken > 0 ? 1 : 0, shown.Article.Id });
        }
        await session.ExecuteAsync("insert into suggestion_ranker (id, weights, updates, updated_at) values (1, @Weights, @Updates, @Now) on conflict (id) do update set weights = excluded.weights, updates = excluded.updates, updated_at = excluded.updated_at",
            new { Weights = JsonSerializer.Serialize(ranker.Weights), ranker.Updates, Now = now });
        return true;
    }, cancel);

    public async Task<RankingQuality> QualityAsync(CancellationToken cancel)
    {
        var row = (await database.FirstOrDefaultAsync<ChoiceFigures>(Quality, null, cancel))!;
        return new RankingQuality(row.Decisions, row.Taken, row.First, row.PlainFirst, row.Rank, row.PlainRank);
    }
}
