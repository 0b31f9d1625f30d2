using System.Security.Claims;

namespace BehaviorDashboard.Contracts;

/// <summary>A line the command palette can offer.</summary>
public sealed record SearchHit(string Title, string? Subtitle, string Href, string Kind);

/// <summary>Upward seam of the command palette: each slice finds its own things, for what this person may see.</summary>
public interface ISearchSource
{
    Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel);
}
