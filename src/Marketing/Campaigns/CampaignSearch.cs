using System.Security.Claims;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Campaigns;

/// <summary>Finds campaigns by name for the command palette.</summary>
internal sealed class CampaignSearch(CampaignStore store) : ISearchSource
{
    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, int limit, CancellationToken cancel) =>
        [.. (await store.AllAsync(cancel)).Where(c => c.Name.Contains(text, StringComparison.CurrentCultureIgnoreCase)).Take(limit).Select(c => new SearchHit(c.Name, null, $"campaigns/{c.Id}", SearchKind.Campaign))];
}
