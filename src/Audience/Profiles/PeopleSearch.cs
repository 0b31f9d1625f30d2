using BehaviorDashboard.Ids;
using System.Security.Claims;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Profiles;

/// <summary>People in the command palette. What is typed letter by letter is one look, for the audit log takes a minute's as one.</summary>
internal sealed class PeopleSearch(PeopleService people, IAuditLog audit) : ISearchSource
{
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel)
    {
        if (text.Trim().Length < 2) return [];
        var personal = user.IsInRole(Access.Marketer) || user.IsInRole(Access.Admin);
        var found = (await people.PageAsync(new PeopleQuery { Text = text }, cancel)).People.Take(limit).ToList();
        if (personal && found.Count > 0) await audit.RecordAsync(new AuditEntry("people.viewed", "search"), cancel);
        return [.. found.Select(p =>
        {
            var key = personal ? p.Key : PersonKey.MaskKey(p.Key);
            var name = p.Name ?? p.Email;
            return new SearchHit((personal ? name : PersonKey.Mask(name)) ?? key, key, $"customers/{Uri.EscapeDataString(PersonKey.LinkKey(p.Key, personal))}", SearchKind.Person);
        })];
    }
}
