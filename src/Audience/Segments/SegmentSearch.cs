using System.Globalization;
using System.Security.Claims;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Segments;

/// <summary>Segments in the command palette.</summary>
internal sealed class SegmentSearch(SegmentService segments) : ISearchSource
{
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel) => text.Trim().Length < 2 ? [] :
        [.. (await segments.AllAsync(cancel)).Where(s => s.Name.Contains(text.Trim(), StringComparison.OrdinalIgnoreCase)).Take(limit)
            .Select(s => new SearchHit(s.Name, s.Size?.ToString("N0", CultureInfo.CurrentCulture), $"segments/{s.Id}", SearchKind.Segment))];
}
