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

    private readonly EventAppender _appender;
    private readonly string _shopCurrency;

    internal ExclusiveSession(Session session, EventAppender appender, string shopCurrency) =>
        (Session, _appender, _shopCurrency) = (session, appender, shopCurrency);

    public Session Session { get; }

    /// <summary>Computes the running rows of these people anew from their stored events; their traits stay.</summary>
    public Task RecomputeAsync(IReadOnlyCollection<string> people) => ProfileStore.RecomputeAsync(_appender, Session, people, _shopCurrency);

    /// <summary>Replaces a person's traits.</summary>
    /// <param name="traits">JSON object, or null for none.</param>
    public Task WriteTraitsAsync(string person, string? traits) => ProfileStore.WriteTraitsAsync(Session, new Dictionary<string, string?> { [person] = traits });

    /// <summary>Removes all events of one source, such as an import, and takes them out of the rows of their people.</summary>
    /// <returns>How many event rows were removed.</returns>
    public async Task<int> RemoveSourceAsync(string sourceId)
    {
        var people = await Session.QueryAsync<string>(PeopleOfSource, new { Source = sourceId });
        var removed = await Session.ExecuteAsync(DeleteBySource, new { Source = sourceId });
        if (people.Count > 0) await RecomputeAsync([.. people]);
        return removed;
    }
}
