using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Profiles;

/// <summary>Reads events of all keys of a person, in stretches of time.</summary>
internal sealed class TimelineStore(Database database)
{
    private const string Columns = """
        select message_id as MessageId, occurred_at as At, type as Type, name as Name, session_id as SessionId, product_id as ProductId, order_id as OrderId,
            revenue as Revenue, currency as Currency, query as Query, rating as Rating, url as Url, cast(properties as text) as Properties, source_id as SourceId, given_id as GivenKey
        from events
        where user_id = any(@Keys) and type <> 'item' and occurred_at >= @From and occurred_at <= @Until
        """;

    private const string OfKind = " and (type = any(@Types) or (type = 'track' and name = any(@Names)))";

    private const string Older = " and (occurred_at, message_id) < (@Mark, @MarkId) order by occurred_at desc, message_id desc limit @Limit";

    private const string Newer = " and (occurred_at, message_id) > (@Mark, @MarkId) order by occurred_at, message_id limit @Limit";

    /// <param name="mark">Where the lines shown end: nothing at or beyond it is read again.</param>
    public Task<IReadOnlyList<TimelineEvent>> ReadAsync(IEnumerable<string> keys, string? kind, bool newer, DateTimeOffset from, DateTimeOffset until, (DateTimeOffset At, string Id) mark, int limit, CancellationToken cancel)
    {
        var narrowed = TimelineKinds.Find(kind);
        return database.QueryAsync<TimelineEvent>(Columns + (narrowed is null ? "" : OfKind) + (newer ? Newer : Older), new
        {
            Keys = SqlList.Of(keys), Types = SqlList.Of(narrowed?.Types ?? []), Names = SqlList.Of(narrowed?.Names ?? []), From = from, Until = until, Mark = mark.At, MarkId = mark.Id, Limit = limit,
        }, cancel);
    }
}
