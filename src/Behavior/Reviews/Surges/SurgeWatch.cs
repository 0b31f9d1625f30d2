using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Reviews;

/// <summary>Looks for surges among the reviews of the last year and opens incidents.</summary>
internal sealed class SurgeWatch(ReviewStore reviews, IncidentStore incidents, IncidentService service, IOptions<ReviewsOptions> options, TimeProvider time)
{
    private const int History = 365;
    private const int Watched = 90;

    /// <param name="products">Those with new reviews; null: all.</param>
    public async Task LookAsync(IReadOnlyCollection<string>? products, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var shop = await reviews.MarksAsync(null, now.AddDays(-History), now, cancel);
        if (shop.Count == 0) return;
        var known = await incidents.ListAsync(false, 10_000, cancel);
        // A stream with an open incident is not looked at; after one was closed it begins anew.
        DateTimeOffset? From(string? product)
        {
            var own = known.Where(i => i.ProductId == product && i.Cause == "watch").ToList();
            return own.Any(i => i.IsOpen) ? null : own.Select(i => i.ClosedAt!.Value).Append(now.AddDays(-Watched)).Max();
        }
        foreach (var surge in SurgeScan.Of(shop, options.Value.FalseAlarms, products, From))
            if (surge.Alarm.NoticedAt >= now.AddDays(-options.Value.IncidentDays)) await service.OpenAsync(surge, cancel);
        await service.RecountAsync(cancel);
    }
}
