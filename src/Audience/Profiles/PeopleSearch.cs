using BehaviorDashboard.Ids;
using System.Security.Claims;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>People in the command palette.</summary>
internal sealed class PeopleSearch(PeopleService people) : ISearchSource
{
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel)
    {
        if (text.Trim().Length < 2) return [];
        var personal = user.IsInRole(Access.Marketer) || user.IsInRole(Access.Admin);
        var page = await people.PageAsync(new PeopleQuery { Text = text }, cancel);
        return [.. page.People.Take(limit).Select(p =>
        {
            var key = personal ? p.Key : PersonKey.MaskKey(p.Key);
            var name = p.Name ?? p.Email;
            return new SearchHit((personal ? name : PersonKey.Mask(name)) ?? key, key, $"customers/{Uri.EscapeDataString(PersonKey.LinkKey(p.Key, personal))}", SearchKind.Person);
        })];
    }
}
