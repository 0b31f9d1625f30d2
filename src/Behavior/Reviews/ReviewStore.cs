using System.Globalization;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Reviews;

/// <summary>An event that is a review, as it lies in the store.</summary>
internal sealed record ReviewEvent(string MessageId, string? UserId, string? ProductId, string? Category, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, double? Rating, string? Properties);

/// <summary>All SQL about reviews.</summary>
internal sealed class ReviewStore(Database database)
{
    private sealed record CountRow(bool Before, long Reviews, long Bad, long Quarter);

    private sealed record TopicRow(bool Before, string Topic, long Count);

    private sealed record Owner(string Alias, string Person);

    private const string Columns = """
        review_id as ReviewId, nullif(user_id, '') as UserId, product_id as ProductId, category as Category, occurred_at as OccurredAt, received_at as ReceivedAt, rating as Rating, body as Body,
        language as Language, good as Good, model as Model, topics as Topics, alike as Alike
        """;

    // Stars where there are some, else the words, where a model reads them.
    private const string Stars = "coalesce(rating, case when good is null then null when good <= 0.35 then 1 when good >= 0.65 then 5 else 3 end)";

    private const string Unread = """
        select e.message_id as MessageId, nullif(e.user_id, '') as UserId, e.product_id as ProductId, e.category as Category, e.occurred_at as OccurredAt, e.received_at as ReceivedAt, e.rating as Rating,
            cast(e.properties as text) as Properties
        from events e where e.type = 'track' and e.name = 'Product Reviewed' and e.received_at >= @From
            and not exists (select 1 from reviews r where r.review_id = e.message_id and r.user_id = e.user_id)
        order by e.occurred_at, e.message_id limit @Limit
        """;

    private const string Insert = """
        insert into reviews (review_id, user_id, product_id, category, occurred_at, received_at, rating, body, language, good, model, topics, alike)
        values (@ReviewId, coalesce(cast(@UserId as text), ''), @ProductId, @Category, @OccurredAt, @ReceivedAt, @Rating, @Body, @Language, @Good, @Model, @Topics, @Alike) on conflict do nothing
        """;

    private const string Orphans = "delete from reviews where not exists (select 1 from events e where e.message_id = reviews.review_id and e.user_id = reviews.user_id and e.name = 'Product Reviewed')";

    // The same review told anew of another person, as when its file is imported again.
    private const string Before = "delete from reviews where review_id = any(@Ids)";

    private const string Owners = "select alias as Alias, user_id as Person from identities where alias = any(@Keys)";

    private const string Where = $"""
        occurred_at >= @From and occurred_at < @To and (cast(@Product as text) is null or product_id = @Product) and (cast(@Category as text) is null or category = @Category) and (cast(@Topic as text) is null or topics like @TopicLike)
            and (cast(@Language as text) is null or language = @Language) and (@Text = '' or lower(body) like @Like)
            and (cast(@Tone as text) is null or case when {Stars} <= 2 then 'bad' when {Stars} < 4 then 'mixed' when {Stars} >= 4 then 'good' end = @Tone)
        """;

    private const string Page = $"select {Columns} from reviews where {Where} and (@First or (occurred_at, review_id) < (@At, @Id)) order by occurred_at desc, review_id desc limit @Limit";

    private const string Tally = $"select cast(null as text) as Key, count(*) as Count, count({Stars}) as Known, count(*) filter (where {Stars} <= 2) as Bad, avg(rating) as Stars from reviews where {Where}";

    private const string Marks = $"""
        select review_id as ReviewId, product_id as ProductId, occurred_at as OccurredAt, {Stars} <= 2 as Bad, topics as Topics from reviews
        where {Stars} is not null and occurred_at >= @From and occurred_at <= @To and (@All or product_id = any(@Products)) order by occurred_at, review_id
        """;

    private const string Counts = $"""
        select occurred_at < @Near and (product_id is null or not (product_id = any(@Aside))) as Before, count(*) as Reviews, count(*) filter (where {Stars} <= 2) as Bad, count(*) filter (where occurred_at > @Quarter) as Quarter
        from reviews where {Stars} is not null and occurred_at >= @From and occurred_at <= @To group by 1
        """;

    private const string TopicCounts = $"""
        select r.before as Before, t.key as Topic, count(*) as Count
        from (select topics, occurred_at < @Near and (product_id is null or not (product_id = any(@Aside))) as before from reviews where {Stars} <= 2 and occurred_at >= @From and occurred_at <= @To) r
            join (select unnest(@Topics) as key) t on r.topics like '% ' || t.key || ' %' group by 1, 2
        """;

    private const string Near = $"select {Columns} from reviews where product_id = any(@Products) and occurred_at >= @From and occurred_at <= @To order by occurred_at desc limit 4000";

    private const string Telling = "language = @Language and rating is not null and (rating <= 2 or rating >= 4) and body <> ''";

    private const string Rated = $"select {Columns} from reviews where {Telling} order by occurred_at desc limit @Limit";

    private const string Stale = $"select {Columns} from reviews where language = @Language and (model is null or model <> @Model) order by occurred_at desc limit @Limit";

    private const string Score = "update reviews set good = @Good, model = @Model where review_id = @ReviewId and user_id = coalesce(cast(@UserId as text), '')";

    public Task<IReadOnlyList<ReviewEvent>> UnreadAsync(DateTimeOffset receivedFrom, int limit, CancellationToken cancel) =>
        database.QueryAsync<ReviewEvent>(Unread, new { From = receivedFrom, Limit = limit }, cancel);

    public Task AddAsync(IReadOnlyList<Review> reviews, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        await session.ExecuteAsync(Before, new { Ids = SqlList.Of(reviews.Select(r => r.ReviewId)) });
        foreach (var review in reviews) await session.ExecuteAsync(Insert, review);
    }, cancel);

    /// <summary>Drops rows whose event is gone.</summary>
    public Task DropOrphansAsync(CancellationToken cancel) => database.ExecuteAsync(Orphans, cancel: cancel);

    /// <summary>Under the keys of the people they are of now: rows lie under the keys of their events.</summary>
    public async Task<IReadOnlyList<Review>> OfPeopleAsync(IReadOnlyList<Review> reviews, CancellationToken cancel)
    {
        var keys = reviews.Select(r => r.UserId).OfType<string>().Distinct().ToList();
        var owners = keys.Count == 0 ? [] : (await database.QueryAsync<Owner>(Owners, new { Keys = SqlList.Of(keys) }, cancel)).ToDictionary(o => o.Alias, o => o.Person);
        return [.. reviews.Select(r => r.UserId is { } key && owners.TryGetValue(key, out var person) ? r with { UserId = person } : r)];
    }

    public Task<IReadOnlyList<Review>> PageAsync(ReviewQuery query, CancellationToken cancel)
    {
        var (first, at, id) = query.After?.Split('~', 2) is [var ticks, var last] && long.TryParse(ticks, CultureInfo.InvariantCulture, out var t) && t >= 0 && t <= DateTime.MaxValue.Ticks
            ? (false, new DateTimeOffset(t, TimeSpan.Zero), last) : (true, DateTimeOffset.UnixEpoch, "");
        return database.QueryAsync<Review>(Page, Parameters(query, first, at, id), cancel);
    }

    public async Task<ReviewTally> TallyAsync(ReviewQuery query, CancellationToken cancel) => (await database.FirstOrDefaultAsync<ReviewTally>(Tally, Parameters(query, true, default, ""), cancel))!;

    /// <param name="by">product_id, category or language.</param>
    public Task<IReadOnlyList<ReviewTally>> TalliesAsync(string by, ReviewQuery query, CancellationToken cancel) => database.QueryAsync<ReviewTally>(
        $"select {by} as Key, count(*) as Count, count({Stars}) as Known, count(*) filter (where {Stars} <= 2) as Bad, avg(rating) as Stars from reviews where {Where} and {by} is not null group by {by}",
        Parameters(query, true, default, ""), cancel);

    public Task<IReadOnlyList<ReviewTally>> TopicsAsync(ReviewQuery query, CancellationToken cancel) => database.QueryAsync<ReviewTally>(
        $"""
        select t.key as Key, count(*) as Count, count({Stars}) as Known, count(*) filter (where {Stars} <= 2) as Bad, avg(rating) as Stars
        from reviews join (select unnest(@Topics) as key) t on reviews.topics like '% ' || t.key || ' %' where {Where} group by t.key
        """, Parameters(query, true, default, ""), cancel);

    /// <summary>Days of the shop's calendar with reviews, oldest first.</summary>
    public Task<IReadOnlyList<ReviewDay>> DaysAsync(ReviewQuery query, string zone, CancellationToken cancel)
    {
        var parameters = Parameters(query, true, default, "");
        parameters.Add("Zone", zone);
        return database.QueryAsync<ReviewDay>(
            $"""
            select date_trunc('day', occurred_at at time zone @Zone) at time zone @Zone as Day, count({Stars}) as Known, count(*) filter (where {Stars} <= 2) as Bad
            from reviews where {Where} group by 1 order by 1
            """, parameters, cancel);
    }

    public Task<Review?> FindAsync(string id, CancellationToken cancel) => database.FirstOrDefaultAsync<Review>($"select {Columns} from reviews where review_id = @Id", new { Id = id }, cancel);

    /// <param name="products">Null: of everything.</param>
    public Task<IReadOnlyList<ReviewMark>> MarksAsync(IReadOnlyCollection<string>? products, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        database.QueryAsync<ReviewMark>(Marks, new { All = products is null, Products = SqlList.Of(products ?? []), From = from, To = to }, cancel);

    /// <summary>What the reviews of a year add up to.</summary>
    /// <param name="aside">Products left out of what is counted before <paramref name="near"/>.</param>
    public Task<ReviewBase> YearAsync(DateTimeOffset from, DateTimeOffset quarter, DateTimeOffset near, DateTimeOffset to, IReadOnlyCollection<string> aside, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        var asked = new { From = from, Quarter = quarter, Near = near, To = to, Aside = SqlList.Of(aside), Topics = SqlList.Of(ReviewTopics.All) };
        var counts = (await session.QueryAsync<CountRow>(Counts, asked)).ToList();
        var topics = (await session.QueryAsync<TopicRow>(TopicCounts, asked)).ToList();
        return new ReviewBase((int)counts.Sum(c => c.Reviews), (int)counts.Sum(c => c.Bad), (int)counts.Sum(c => c.Quarter), [.. topics.GroupBy(t => t.Topic).Select(g => new TopicCount(g.Key, (int)g.Sum(t => t.Count)))],
            near, (int)counts.Where(c => c.Before).Sum(c => c.Reviews), [.. topics.Where(t => t.Before).Select(t => new TopicCount(t.Topic, (int)t.Count))]);
    }, cancel);

    public Task<IReadOnlyList<Review>> NearAsync(IReadOnlyCollection<string> products, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        database.QueryAsync<Review>(Near, new { Products = SqlList.Of(products), From = from, To = to }, cancel);

    /// <summary>Reviews whose stars say good or bad, newest first.</summary>
    public Task<IReadOnlyList<Review>> RatedAsync(string language, int limit, CancellationToken cancel) => database.QueryAsync<Review>(Rated, new { Language = language, Limit = limit }, cancel);

    /// <summary>How many of those there are, at most <paramref name="limit"/>.</summary>
    public Task<long> RatedCountAsync(string language, int limit, CancellationToken cancel) =>
        database.ScalarAsync<long>($"select count(*) from (select 1 as one from reviews where {Telling} limit @Limit) r", new { Language = language, Limit = limit }, cancel);

    public Task<IReadOnlyList<Review>> NotScoredByAsync(string model, string language, int limit, CancellationToken cancel) =>
        database.QueryAsync<Review>(Stale, new { Model = model, Language = language, Limit = limit }, cancel);

    public Task ScoreAsync(IReadOnlyList<Review> reviews, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        foreach (var review in reviews) await session.ExecuteAsync(Score, new { review.Good, review.Model, review.ReviewId, review.UserId });
    }, cancel);

    private static Dapper.DynamicParameters Parameters(ReviewQuery query, bool first, DateTimeOffset at, string id)
    {
        var parameters = new Dapper.DynamicParameters(new
        {
            query.From, query.To, query.Product, query.Category, query.Topic, TopicLike = $"% {query.Topic} %", query.Tone, query.Language, Text = query.Text.Trim(),
            Like = $"%{query.Text.Trim().ToLowerInvariant()}%", First = first, At = at, Id = id, query.Limit,
        });
        parameters.Add("Topics", SqlList.Of(ReviewTopics.All));
        return parameters;
    }
}
