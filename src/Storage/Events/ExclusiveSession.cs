using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>A transaction in which no event arrives; see <see cref="EventWriter.ExclusiveAsync"/>.</summary>
public sealed class ExclusiveSession
{
    private const string DeleteBySource = "delete from events where source_id = @Source";

    private const string PeopleOfSource = """
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id
        where e.source_id = @Source and e.user_id is not null
        """;

    // A line's id is its order's, '#', and the line's number.
    private const string OwnMessage = "case when type = 'item' then left(message_id, length(message_id) - position('#' in reverse(message_id))) else message_id end";

    private const string PeopleOfMessages = $"""
        select distinct coalesce(i.user_id, e.user_id) from events e left join identities i on i.alias = e.user_id
        where {OwnMessage} = any(@Ids) and e.user_id is not null
        """;

    private const string DeleteMessages = $"delete from events where {OwnMessage} = any(@Ids)";

    private readonly EventAppender _appender;
    private readonly string _shopCurrency;

    internal ExclusiveSession(Session session, EventAppender appender, string shopCurrency) =>
        (Session, _appender, _shopCurrency) = (session, appender, shopCurrency);

    public Session Session { get; }

    /// <summary>Computes the running rows of these people anew from their stored events; their traits stay.</summary>
    /// <param name="keepEmpty">Whether people without any event keep a row for their traits.</param>
    public Task RecomputeAsync(IReadOnlyCollection<string> people, bool keepEmpty = true) => ProfileStore.RecomputeAsync(_appender, Session, people, _shopCurrency, keepEmpty);

    /// <summary>Replaces a person's traits.</summary>
    /// <param name="traits">JSON object, or null for none.</param>
    public Task WriteTraitsAsync(string person, string? traits) => ProfileStore.WriteTraitsAsync(Session, new Dictionary<string, string?> { [person] = traits });

    /// <summary>Removes all events of one source, such as an import, and takes them out of the rows of their people.</summary>
    /// <returns>How many event rows were removed.</returns>
    public async Task<int> RemoveSourceAsync(string sourceId)
    {
        var people = await Session.QueryAsync<string>(PeopleOfSource, new { Source = sourceId });
        var removed = await Session.ExecuteAsync(DeleteBySource, new { Source = sourceId });
        if (people.Count > 0) await RecomputeAsync([.. people], keepEmpty: false);
        return removed;
    }

    /// <summary>Removes events by message id together with their lines, so that they can be stored anew.</summary>
    public async Task RemoveMessagesAsync(IReadOnlyCollection<string> messageIds)
    {
        var ids = SqlList.Of(messageIds);
        var people = await Session.QueryAsync<string>(PeopleOfMessages, new { Ids = ids });
        await Session.ExecuteAsync(DeleteMessages, new { Ids = ids });
        if (people.Count > 0) await RecomputeAsync([.. people]);
    }
}
