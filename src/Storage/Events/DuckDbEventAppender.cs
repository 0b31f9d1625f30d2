using System.IO.Hashing;
using System.Runtime.InteropServices;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;
using DuckDB.NET.Data;

namespace BehaviorDashboard.Events;

/// <summary>
/// DuckDB: the appender, and duplicates found without an index on disk. A fingerprint index in memory, rebuilt from the
/// store at start, says which ids may be stored; only those are looked up, first around their own time, then everywhere.
/// </summary>
internal sealed class DuckDbEventAppender : EventAppender
{
    private const string AllIds = "select message_id from events";

    private const string StoredNear = """
        select message_id from events where occurred_at between @From and @To and message_id = any(@Ids)
        """;

    private const string StoredAnywhere = "select message_id from events where message_id = any(@Ids)";

    private const string CreateStage = """
        create temp table if not exists profile_delta (
            user_id text, is_known boolean, first_seen timestamptz, last_seen timestamptz, events bigint, sessions bigint,
            page_views bigint, product_views bigint, searches bigint, cart_adds bigint, checkouts bigint, orders bigint,
            units bigint, refunds bigint, reviews bigint, rating_sum double, revenue decimal(18, 4), refunded decimal(18, 4),
            first_order_at timestamptz, last_order_at timestamptz, discounted_orders bigint, rated bigint, rating_min double,
            last_rated_at timestamptz, last_rating double);
        delete from profile_delta;
        """;

    private readonly FingerprintIndex _known = new();

    public static ulong Hash(string id) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()));

    public override async Task PrepareAsync(Session session)
    {
        await using var command = ((DuckDBConnection)session.Connection).CreateCommand();
        command.CommandText = AllIds;
        command.UseStreamingMode = true;
        await using var reader = await command.ExecuteReaderAsync(session.Cancel);
        while (await reader.ReadAsync(session.Cancel)) _known.Add(Hash(reader.GetString(0)));
    }

    public override IReadOnlyList<ShopEvent> Suspects(IReadOnlyList<ShopEvent> events, IReadOnlyList<ulong> hashes)
    {
        var suspects = new List<ShopEvent>();
        for (var i = 0; i < events.Count; i++)
            if (_known.MightContain(hashes[i])) suspects.Add(events[i]);
        return suspects;
    }

    public override async Task<HashSet<string>> FindStoredAsync(Session session, IReadOnlyList<ShopEvent> suspects)
    {
        var stored = new HashSet<string>();
        var near = await session.QueryAsync<string>(StoredNear, new
        {
            From = suspects.Min(e => e.OccurredAt).AddDays(-1),
            To = suspects.Max(e => e.OccurredAt).AddDays(1),
            Ids = SqlList.Of(suspects.Select(e => e.MessageId)),
        });
        stored.UnionWith(near);
        var elsewhere = suspects.Where(e => !stored.Contains(e.MessageId)).Select(e => e.MessageId).ToList();
        if (elsewhere.Count > 0) stored.UnionWith(await session.QueryAsync<string>(StoredAnywhere, new { Ids = SqlList.Of(elsewhere) }));
        return stored;
    }

    public override Task InsertAsync(Session session, IReadOnlyList<ShopEvent> events)
    {
        using var appender = ((DuckDBConnection)session.Connection).CreateAppender("events");
        foreach (var e in events)
            appender.CreateRow()
                .AppendValue(e.MessageId).AppendValue(e.ReceivedAt.UtcDateTime).AppendValue(e.OccurredAt.UtcDateTime)
                .AppendValue(e.StoredKey ?? PersonKey.Nobody).AppendValue(e.GivenKey).AppendValue(e.AnonymousId).AppendValue(e.SessionId)
                .AppendValue(e.Type).AppendValue(e.Name).AppendValue(e.ProductId).AppendValue(e.Category)
                .AppendValue(e.Price).AppendValue(e.Quantity).AppendValue(e.Currency).AppendValue(e.Revenue)
                .AppendValue(e.OrderId).AppendValue(e.CampaignId).AppendValue(e.RecommendationId).AppendValue(e.Query)
                .AppendValue(e.Rating).AppendValue(e.Url).AppendValue(e.Properties).AppendValue(e.SourceId)
                .EndRow();
        return Task.CompletedTask;
    }

    public override async Task StageAsync(Session session, IReadOnlyCollection<ProfileDelta> deltas)
    {
        await session.ExecuteAsync(CreateStage);
        using var appender = ((DuckDBConnection)session.Connection).CreateAppender("profile_delta");
        foreach (var d in deltas)
            appender.CreateRow()
                .AppendValue(d.UserId).AppendValue(d.IsKnown).AppendValue(d.FirstSeen.UtcDateTime).AppendValue(d.LastSeen.UtcDateTime)
                .AppendValue(d.Events).AppendValue(d.Sessions).AppendValue(d.PageViews).AppendValue(d.ProductViews)
                .AppendValue(d.Searches).AppendValue(d.CartAdds).AppendValue(d.Checkouts).AppendValue(d.Orders)
                .AppendValue(d.Units).AppendValue(d.Refunds).AppendValue(d.Reviews).AppendValue(d.RatingSum)
                .AppendValue(d.Revenue).AppendValue(d.Refunded)
                .AppendValue(d.FirstOrderAt?.UtcDateTime).AppendValue(d.LastOrderAt?.UtcDateTime)
                .AppendValue(d.DiscountedOrders).AppendValue(d.Rated).AppendValue(d.RatingMin).AppendValue(d.LastRatedAt?.UtcDateTime).AppendValue(d.LastRating)
                .EndRow();
    }

    public override void Committed(IReadOnlyList<ulong> hashes)
    {
        foreach (var hash in hashes) _known.Add(hash);
    }
}
