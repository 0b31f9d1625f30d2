using System.Security.Claims;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>People in the command palette.</summary>
internal sealed class PeopleSearch(PeopleService people) : ISearchSource
{
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel)
    {
        if (text.Trim().Length < 2) return [];
        var seesPersonal = user.IsInRole(Access.Marketer) || user.IsInRole(Access.Admin);
        var page = await people.PageAsync(new PeopleQuery { Text = text }, cancel);
        return [.. page.People.Take(limit).Select(p => new SearchHit(
            seesPersonal ? p.Name ?? p.Email ?? p.Key : PeopleService.Mask(p.Name ?? p.Email) ?? p.Key, p.Key, $"customers/{Uri.EscapeDataString(p.Key)}", "person"))];
    }
}
