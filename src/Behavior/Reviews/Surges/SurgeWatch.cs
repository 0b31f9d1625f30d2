using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Reviews;

/// <summary>
/// Looks for surges and opens incidents. A pass reads the reviews of the products it is about and the newest of the shop; what a
/// year adds up to is counted in the store, and anew only when it may have moved.
/// </summary>
internal sealed class SurgeWatch(ReviewStore reviews, IncidentStore incidents, IncidentService service, IOptions<ReviewsOptions> options, TimeProvider time)
{
    private const int History = 365;
    private const int Watched = 90;

    /// <summary>Days of the whole shop looked through; older changes were seen when they were new.</summary>
    private const int ShopWatched = 30;

    /// <summary>The year is counted again when it grew by this share.</summary>
    private const double Moved = 0.01;
    private static readonly TimeSpan CountedFor = TimeSpan.FromHours(1);

    private ReviewBase? _year;
    private DateTimeOffset _countedAt;
    private string[] _aside = [];
    private int _added;

    /// <param name="products">Those with new reviews; null: all, and everything is counted anew.</param>
    /// <param name="added">How many reviews are new.</param>
    public async Task LookAsync(IReadOnlyCollection<string>? products, int added, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var known = (await incidents.ListAsync(false, 10_000, cancel)).Where(i => i.Cause == "watch").ToLookup(i => i.ProductId);
        var year = await YearAsync(products is null, added, [.. known.Select(k => k.Key).OfType<string>().Order(StringComparer.Ordinal)], now, cancel);
        if (year.Reviews == 0) return;
        var own = await reviews.MarksAsync(products, now.AddDays(-History), now, cancel);
        var near = await reviews.MarksAsync(null, year.Near, now, cancel);
        foreach (var surge in SurgeScan.Of(year, own, near, options.Value.FalseAlarms, From))
            if (surge.Alarm.NoticedAt >= now.AddDays(-options.Value.IncidentDays)) await service.OpenAsync(surge, cancel);
        await service.RecountAsync(products, cancel);

        // A stream with an open incident is not looked at; after one was closed it begins anew.
        DateTimeOffset? From(string? product) => known[product].Any(i => i.IsOpen) ? null
            : known[product].Select(i => i.ClosedAt!.Value).Append(now.AddDays(product is null ? -ShopWatched : -Watched)).Max();
    }

    private async Task<ReviewBase> YearAsync(bool anew, int added, string[] aside, DateTimeOffset now, CancellationToken cancel)
    {
        _added += added;
        if (!anew && _year is { } year && now - _countedAt < CountedFor && _added <= Moved * year.Reviews && aside.SequenceEqual(_aside)) return year;
        var counted = await reviews.YearAsync(now.AddDays(-History), now.AddDays(-Watched), now.AddDays(-ShopWatched) - SurgeDetector.Apart, now, aside, cancel);
        (_year, _countedAt, _aside, _added) = (counted, now, aside, 0);
        return counted;
    }
}
