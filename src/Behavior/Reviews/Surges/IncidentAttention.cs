using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Reviews.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Reviews;

/// <summary>Incidents nobody has taken up.</summary>
internal sealed class IncidentAttention(IncidentService incidents, IProductCatalog catalog, IStringLocalizer<ReviewsText> text) : IAttentionSource
{
    public async Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default)
    {
        var open = (await incidents.ListAsync(openOnly: true, limit, cancel)).Where(i => i.Status == Incident.Open).ToList();
        var titles = await catalog.TitlesAsync([.. open.Select(i => i.ProductId).OfType<string>().Distinct()], cancel);
        return [.. open.Select(i => new AttentionItem(AttentionKind.Wrong, IncidentWords.Of(i, text, titles), i.OfReviews > 0 ? text["AttentionOf", i.Hits, i.OfReviews].Value : null,
            "reviews/incidents/" + i.Id.ToString(CultureInfo.InvariantCulture), Access.ServeCustomers, null, i.NoticedAt))];
    }
}
