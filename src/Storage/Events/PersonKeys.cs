using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>The keys under which lies what people did and said: their own, and those they had before they were known.</summary>
public static class PersonKeys
{
    private const string Aliases = "select alias from identities where user_id = any(@People)";

    /// <param name="people">Their own keys.</param>
    /// <returns>All keys of a handful of people, each once.</returns>
    public static async Task<IReadOnlyCollection<string>> OfAsync(Session session, IReadOnlyCollection<string> people) =>
        people.Union(await session.QueryAsync<string>(Aliases, new { People = SqlList.Of(people) })).ToList();
}
