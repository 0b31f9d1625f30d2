using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Reviews;

/// <summary>All SQL about incidents.</summary>
internal sealed class IncidentStore(Database database)
{
    private sealed record Reach(long Buyers, long Units);

    private sealed record CampaignLine(string Campaign, long Events);

    private const string Columns = """
        id as Id, product_id as ProductId, topic as Topic, title as Title, status as Status, cause as Cause, onset_at as OnsetAt, noticed_at as NoticedAt, opened_at as OpenedAt, updated_at as UpdatedAt,
        closed_at as ClosedAt, evidence as Evidence, false_alarms as FalseAlarms, usual as Usual, hits as Hits, of_reviews as OfReviews
        """;

    private const string Insert = """
        insert into incidents (id, product_id, topic, title, status, cause, onset_at, noticed_at, opened_at, updated_at, evidence, false_alarms, usual, hits, of_reviews)
        values (@Id, @ProductId, @Topic, @Title, 'open', @Cause, @OnsetAt, @NoticedAt, @OpenedAt, @OpenedAt, @Evidence, @FalseAlarms, @Usual, @Hits, @OfReviews)
        """;

    private const string Note = "insert into incident_notes (incident_id, written_at, author, kind, body) values (@Id, @Now, @Author, @Kind, @Body)";

    private const string Move = "update incidents set status = @Status, updated_at = @Now, closed_at = case when @Status = 'closed' then cast(@Now as timestamptz) end where id = @Id and status <> @Status";

    private const string Count = "update incidents set hits = @Hits, of_reviews = @OfReviews, updated_at = @Now where id = @Id";

    private const string Buyers = """
        select count(distinct nullif(user_id, '')) as Buyers, cast(coalesce(sum(quantity), 0) as bigint) as Units from events where type = 'item' and name = 'Order Completed' and product_id = @Product and occurred_at >= @From
        """;

    private const string Campaigns = """
        select campaign_id as Campaign, count(*) as Events from events where campaign_id is not null and occurred_at >= @From
            and (product_id = @Product or user_id in (select user_id from events where user_id <> '' and type = 'item' and name = 'Order Completed' and product_id = @Product and occurred_at >= @From))
        group by campaign_id order by count(*) desc, campaign_id limit 5
        """;

    public Task<IReadOnlyList<Incident>> ListAsync(bool openOnly, int limit, CancellationToken cancel) =>
        database.QueryAsync<Incident>($"select {Columns} from incidents where not @Open or status <> 'closed' order by case when status = 'closed' then 1 else 0 end, opened_at desc, id desc limit @Limit", new { Open = openOnly, Limit = limit }, cancel);

    public Task<Incident?> FindAsync(int id, CancellationToken cancel) => database.FirstOrDefaultAsync<Incident>($"select {Columns} from incidents where id = @Id", new { Id = id }, cancel);

    public Task<IReadOnlyList<IncidentNote>> NotesAsync(int id, CancellationToken cancel) =>
        database.QueryAsync<IncidentNote>("select written_at as WrittenAt, author as Author, kind as Kind, body as Body from incident_notes where incident_id = @Id order by written_at", new { Id = id }, cancel);

    /// <summary>Opens an incident unless one is open already for the product.</summary>
    /// <returns>Its id, and whether it is new.</returns>
    public Task<(int Id, bool New)> OpenAsync(Incident incident, string author, string body, string? request, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (request is not null && await session.FirstOrDefaultAsync<int?>("select incident_id from incident_actions where request_id = @Request", new { Request = request }) is { } done) return (done, false);
        var open = await session.FirstOrDefaultAsync<int?>("select id from incidents where status <> 'closed' and product_id is not distinct from @ProductId and (product_id is not null or topic is not distinct from @Topic) order by id limit 1", incident);
        var id = open ?? await session.ScalarAsync<int>("select cast(nextval('incidents_id') as integer)");
        if (open is null)
        {
            await session.ExecuteAsync(Insert, incident with { Id = id });
            await session.ExecuteAsync(Note, new { Id = id, Now = incident.OpenedAt, Author = author, Kind = "opened", Body = body });
        }
        if (request is not null) await session.ExecuteAsync("insert into incident_actions (request_id, incident_id, was) values (@Request, @Id, @Was)", new { Request = request, Id = id, Was = open is null ? "none" : "open" });
        return (id, open is null);
    }, cancel);

    /// <returns>False where it had the status already.</returns>
    public Task<bool> MoveAsync(int id, string status, string author, string body, string kind, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async session =>
    {
        if (await session.ExecuteAsync(Move, new { Id = id, Status = status, Now = now }) == 0) return false;
        await session.ExecuteAsync(Note, new { Id = id, Now = now, Author = author, Kind = kind, Body = body });
        return true;
    }, cancel);

    public Task CommentAsync(int id, string author, string body, DateTimeOffset now, CancellationToken cancel) =>
        database.ExecuteAsync(Note, new { Id = id, Now = now, Author = author, Kind = "comment", Body = body }, cancel);

    public Task CountAsync(int id, long hits, long reviews, DateTimeOffset now, CancellationToken cancel) => database.ExecuteAsync(Count, new { Id = id, Hits = hits, OfReviews = reviews, Now = now }, cancel);

    public Task<IncidentReach> ReachAsync(string product, DateTimeOffset from, CancellationToken cancel) => database.ReadAsync(async session =>
    {
        var reach = await session.FirstOrDefaultAsync<Reach>(Buyers, new { Product = product, From = from });
        var campaigns = await session.QueryAsync<CampaignLine>(Campaigns, new { Product = product, From = from });
        return new IncidentReach(reach!.Buyers, reach.Units, [.. campaigns.Select(c => (c.Campaign, c.Events))]);
    }, cancel);
}
