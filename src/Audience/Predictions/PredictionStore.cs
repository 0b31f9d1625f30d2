using System.Text.Json;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Predictions;

/// <summary>Scores, scorings, and what is kept to be held against what happens.</summary>
internal sealed class PredictionStore(Database database)
{
    private const int Chunk = 4_000;

    private sealed record Column(string Name, Func<PersonScore, double?> Of);

    private static readonly Column[] Numbers =
    [
        new("buy7", s => s.Buy7), new("buy7_low", s => s.Buy7Low), new("buy7_high", s => s.Buy7High), new("buy30", s => s.Buy30), new("buy30_low", s => s.Buy30Low), new("buy30_high", s => s.Buy30High),
        new("churn", s => s.Churn), new("churn_low", s => s.ChurnLow), new("churn_high", s => s.ChurnHigh), new("churn_days", s => s.ChurnDays), new("alive", s => s.Alive),
        new("orders90", s => s.Orders90), new("orders90_low", s => s.Orders90Low), new("orders90_high", s => s.Orders90High), new("value30", s => s.Value30),
        new("value90", s => s.Value90), new("value90_low", s => s.Value90Low), new("value90_high", s => s.Value90High), new("value365", s => s.Value365), new("value365_low", s => s.Value365Low), new("value365_high", s => s.Value365High),
        new("next_order_days", s => s.NextOrderDays), new("next_order_days_low", s => s.NextOrderDaysLow), new("next_order_days_high", s => s.NextOrderDaysHigh),
        new("price_index", s => s.PriceIndex), new("price_index_low", s => s.PriceIndexLow), new("price_index_high", s => s.PriceIndexHigh), new("category_chance", s => s.CategoryChance),
    ];

    private static readonly string Columns = $"user_id as UserId, as_of as AsOf, {string.Join(", ", Numbers.Select(c => $"{c.Name} as {c.Name.Replace("_", "", StringComparison.Ordinal)}"))}, next_category as NextCategory, other_categories as OtherCategories";

    // NaN and the empty text stand for "not known" in the lists.
    private static readonly string Insert = $"""
        insert into prediction_scores (user_id, as_of, {string.Join(", ", Numbers.Select(c => c.Name))}, next_category, other_categories)
        select person, @AsOf, {string.Join(", ", Numbers.Select(c => $"nullif({c.Name}, cast('NaN' as double precision))"))}, nullif(category, ''), nullif(others, '')
        from (select unnest(@People) as person, {string.Join(", ", Numbers.Select(c => $"unnest(@{c.Name}) as {c.Name}"))}, unnest(@Categories) as category, unnest(@Others) as others) listed
        """;

    private static readonly string ByPerson = $"select {Columns} from prediction_scores where user_id = @Person";

    private static readonly string Page = $"select {Columns} from prediction_scores where user_id > @After order by user_id limit @Limit";

    private const string PutRun = """
        insert into prediction_runs (as_of, ended_at, people, versions, totals) values (@AsOf, @EndedAt, @People, @Versions, @Totals)
        on conflict (as_of) do update set ended_at = excluded.ended_at, people = excluded.people, versions = excluded.versions, totals = excluded.totals
        """;

    private const string LastRun = "select as_of as AsOf, ended_at as EndedAt, people as People, versions as Versions, totals as Totals from prediction_runs order by ended_at desc limit 1";

    private const string Watch = """
        insert into prediction_watch (user_id, kind, as_of, version, value, days) select unnest(@People), @Kind, @AsOf, @Version, unnest(@Values), unnest(@Days) on conflict (user_id, kind, as_of) do nothing
        """;

    private const string Watched = "select user_id as UserId, as_of as AsOf, value as Value, days as Days from prediction_watch where kind = @Kind and version = @Version and as_of >= @From";

    private const string LastWatched = "select max(as_of) as AsOf from prediction_watch where kind = @Kind and version = @Version";

    private const string ChangedPeople = "select user_id from profiles where last_seen > @Since and is_known order by last_seen desc limit @Limit";

    private sealed record RunRow(DateTimeOffset AsOf, DateTimeOffset EndedAt, long People, string Versions, string Totals);

    private sealed record Instant(DateTimeOffset? AsOf);

    public sealed record WatchedScore(string UserId, DateTimeOffset AsOf, double Value, double Days);

    public Task<PersonScore?> FindAsync(string person, CancellationToken cancel) => database.FirstOrDefaultAsync<PersonScore>(ByPerson, new { Person = person }, cancel);

    /// <param name="column">Of a chance.</param>
    public Task<IReadOnlyList<(string Person, double Chance)>> ChancesAsync(string column, IReadOnlyCollection<string> people, CancellationToken cancel)
    {
        var known = Numbers.First(c => c.Name == column).Name;
        return database.QueryAsync<(string, double)>($"select user_id, {known} from prediction_scores where {known} is not null and user_id = any(@People)", new { People = SqlList.Of(people) }, cancel);
    }

    public Task<IReadOnlyList<PersonScore>> PageAsync(string after, int limit, CancellationToken cancel) => database.QueryAsync<PersonScore>(Page, new { After = after, Limit = limit }, cancel);

    public Task<IReadOnlyList<string>> ChangedAsync(DateTimeOffset since, int limit, CancellationToken cancel) => database.QueryAsync<string>(ChangedPeople, new { Since = since, Limit = limit }, cancel);

    public Task<long> BuyersAsync(CancellationToken cancel) => database.ScalarAsync<long>("select count(*) from profiles where orders > 0", null, cancel);

    /// <summary>How many people have a figure in each twentieth of a range.</summary>
    public Task<IReadOnlyList<(int Bin, long People)>> HistogramAsync(string column, double most, CancellationToken cancel) => database.ReadAsync<IReadOnlyList<(int, long)>>(async session =>
    {
        var bins = new List<(int, long)>();
        var known = Numbers.First(c => c.Name == column).Name;
        await session.ReadRowsAsync($"select least(19, cast(floor({known} / cast(@Most as double precision) * 20) as integer)) as bin, count(*) as people from prediction_scores where {known} is not null group by 1 order by 1", new { Most = most },
            row => bins.Add((row.GetInt32(0), row.GetInt64(1))));
        return bins;
    }, cancel);

    /// <summary>Replaces the scores of these people, or of everybody, in one go.</summary>
    /// <param name="people">Who was asked for; those without a score lose theirs. Null: everybody.</param>
    public Task ReplaceAsync(IReadOnlyList<PersonScore> scores, IReadOnlyList<string>? people, DateTimeOffset asOf, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (people is null) await session.ExecuteAsync("delete from prediction_scores");
        else await session.ExecuteAsync("delete from prediction_scores where user_id = any(@People)", new { People = SqlList.Of(people) });
        foreach (var part in scores.Chunk(Chunk))
        {
            var parameters = new Dapper.DynamicParameters();
            parameters.Add("AsOf", asOf);
            parameters.Add("People", SqlList.Of(part.Select(s => s.UserId)));
            parameters.Add("Categories", SqlList.Of(part.Select(s => s.NextCategory ?? "")));
            parameters.Add("Others", SqlList.Of(part.Select(s => s.OtherCategories ?? "")));
            foreach (var column in Numbers) parameters.Add(column.Name, SqlList.Of(part.Select(s => column.Of(s) ?? double.NaN)));
            await session.ExecuteAsync(Insert, parameters);
        }
    }, cancel);

    public Task KeepRunAsync(PredictionRun run, CancellationToken cancel) =>
        database.ExecuteAsync(PutRun, new { run.AsOf, run.EndedAt, run.People, Versions = JsonSerializer.Serialize(run.Versions), Totals = JsonSerializer.Serialize(run.Totals) }, cancel);

    public async Task<PredictionRun?> LastRunAsync(CancellationToken cancel) => await database.FirstOrDefaultAsync<RunRow>(LastRun, null, cancel) is not { } row ? null
        : new PredictionRun(row.AsOf, row.EndedAt, row.People, JsonSerializer.Deserialize<Dictionary<string, int>>(row.Versions) ?? [], JsonSerializer.Deserialize<RevenueForecast[]>(row.Totals) ?? []);

    public async Task<DateTimeOffset?> LastWatchedAsync(string kind, int version, CancellationToken cancel) => (await database.FirstOrDefaultAsync<Instant>(LastWatched, new { Kind = kind, Version = version }, cancel))?.AsOf;

    public Task<IReadOnlyList<WatchedScore>> WatchedAsync(string kind, int version, DateTimeOffset from, CancellationToken cancel) => database.QueryAsync<WatchedScore>(Watched, new { Kind = kind, Version = version, From = from }, cancel);

    public Task WatchAsync(string kind, int version, DateTimeOffset asOf, IReadOnlyList<(string Person, double Value, double Days)> scores, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync("delete from prediction_watch where as_of < @Old", new { Old = asOf.AddDays(-400) });
        foreach (var part in scores.Chunk(Chunk))
            await session.ExecuteAsync(Watch, new { People = SqlList.Of(part.Select(p => p.Person)), Kind = kind, AsOf = asOf, Version = version, Values = SqlList.Of(part.Select(p => p.Value)), Days = SqlList.Of(part.Select(p => p.Days)) });
    }, cancel);
}
