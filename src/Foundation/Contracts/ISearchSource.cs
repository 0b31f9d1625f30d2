using System.Security.Claims;

namespace BehaviorDashboard.Contracts;

/// <summary>What a line of the command palette leads to.</summary>
public enum SearchKind
{
    Page,
    Person,
    Product,
    Segment,
    Campaign,
}

/// <summary>A line the command palette can offer.</summary>
public sealed record SearchHit(string Title, string? Subtitle, string Href, SearchKind Kind);

/// <summary>Upward seam of the command palette: each slice finds its own things, for what this person may see.</summary>
public interface ISearchSource
{
    Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel);
}
