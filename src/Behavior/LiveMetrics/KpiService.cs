using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>Everything the overview shows of one range.</summary>
public sealed record KpiReport(DateTimeOffset AsOf, TimeRange Range, string Currency, string TimeZone, KpiValues Now, KpiValues? Before, IReadOnlyList<KpiPoint> Series, IReadOnlyList<KpiPoint> SeriesBefore,
    IReadOnlyList<Ranked> Products, IReadOnlyList<Ranked> Categories, IReadOnlyList<UnmetSearch> UnmetSearches, IReadOnlyList<UnmetSearch> ForeignCurrencies);

/// <summary>The KPI catalogue for any range, from what is stored.</summary>
public sealed class KpiService
{
    private const int RankingLength = 10;
    private readonly KpiStore _store;
    private readonly IProductCatalog _catalog;
    private readonly ShopClock _clock;
    private readonly string _currency;

    internal KpiService(KpiStore store, IProductCatalog catalog, ShopClock clock, IOptions<ShopOptions> shop) =>
        (_store, _catalog, _clock, _currency) = (store, catalog, clock, shop.Value.Currency);

    public Task<KpiValues> ValuesAsync(TimeRange range, CancellationToken cancel = default) => _store.ValuesAsync(Question(range), cancel);

    public async Task<KpiReport> ReportAsync(TimeRange range, bool compare, CancellationToken cancel = default)
    {
        var asOf = _clock.Now;
        var answer = await _store.AnswerAsync(Question(range), compare ? Question(range.Previous) : null, RankingLength, cancel);
        var products = answer.Ranked("product");
        var titles = await _catalog.TitlesAsync([.. products.Select(p => p.Id)], cancel);
        return new KpiReport(asOf, range, _currency, _clock.ZoneName, answer.Now.Values, answer.Before?.Values, answer.Now.Series, answer.Before?.Series ?? [],
            [.. products.Select(p => p with { Title = titles.GetValueOrDefault(p.Id, p.Id) })], answer.Ranked("category"), answer.UnmetSearches, answer.Now.Foreign);
    }

    private KpiQuestion Question(TimeRange range) => new(range, _currency, _clock.ZoneName);
}
