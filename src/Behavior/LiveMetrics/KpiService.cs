using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>Everything the overview shows of one range.</summary>
public sealed record KpiReport(DateTimeOffset AsOf, TimeRange Range, string Currency, string TimeZone, KpiValues Now, KpiValues? Before, IReadOnlyList<KpiPoint> Series, IReadOnlyList<KpiPoint> SeriesBefore,
    IReadOnlyList<Ranked> Products, IReadOnlyList<Ranked> Categories, IReadOnlyList<UnmetSearch> UnmetSearches, IReadOnlyList<UnmetSearch> ForeignCurrencies);

/// <summary>The KPI catalogue for any range, from the stored events.</summary>
public sealed class KpiService
{
    private const int RankingLength = 10;
    private readonly KpiStore _store;
    private readonly IProductCatalog _catalog;
    private readonly ShopClock _clock;
    private readonly string _currency;

    internal KpiService(KpiStore store, IProductCatalog catalog, ShopClock clock, IOptions<ShopOptions> shop) =>
        (_store, _catalog, _clock, _currency) = (store, catalog, clock, shop.Value.Currency);

    public Task<KpiValues> ValuesAsync(TimeRange range, CancellationToken cancel = default) => _store.ValuesAsync(range, _currency, cancel);

    public async Task<KpiReport> ReportAsync(TimeRange range, bool compare, CancellationToken cancel = default)
    {
        var asOf = _clock.Now;
        var before = compare ? range.Previous : (TimeRange?)null;
        var products = await _store.ProductsAsync(range, _currency, RankingLength, cancel);
        var titles = await _catalog.TitlesAsync([.. products.Select(p => p.Id)], cancel);
        return new KpiReport(asOf, range, _currency, _clock.ZoneName,
            await _store.ValuesAsync(range, _currency, cancel),
            before is { } b ? await _store.ValuesAsync(b, _currency, cancel) : null,
            await _store.SeriesAsync(range, _currency, _clock.ZoneName, cancel),
            before is { } earlier ? await _store.SeriesAsync(earlier, _currency, _clock.ZoneName, cancel) : [],
            [.. products.Select(p => p with { Title = titles.GetValueOrDefault(p.Id, p.Id) })],
            await _store.CategoriesAsync(range, _currency, RankingLength, cancel),
            await _store.UnmetAsync(range, _currency, RankingLength, cancel),
            await _store.ForeignAsync(range, _currency, cancel));
    }
}
