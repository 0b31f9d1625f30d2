using BehaviorDashboard.Profiles;

namespace BehaviorDashboard.Tests.Profiles;

internal static class PeoplePages
{
    /// <summary>The keys of everybody as somebody meets them who turns every page.</summary>
    public static async Task<List<string>> EveryKeyAsync(this PeopleService people, string sort)
    {
        var keys = new List<string>();
        for (string? after = null; ;)
        {
            var page = await people.PageAsync(new PeopleQuery { Sort = sort, After = after });
            keys.AddRange(page.People.Select(p => p.Key));
            if ((after = page.Next) is null) return keys;
        }
    }
}
