using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Recommendations;

/// <summary>The door to supply: how likely a product is still there when an order leaves.</summary>
/// <param name="forecasts">Asked for late: it knows the trainings, which know the shelf. Null where nothing forecasts demand.</param>
internal sealed class Availability(Func<ForecastService?> forecasts, ShopClock clock)
{
    /// <summary>Forecasts change once a night, campaigns on them now and then: a shelf that is made twice a minute need not read them each time.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private (Dictionary<string, CountDistribution> Demand, DateTimeOffset Until)? _known;

    /// <summary>
    /// Units of a product wanted in the days until an order made now leaves: as it is forecast, with campaigns and what
    /// somebody set; without a forecast as a Poisson variable at the rate of the last weeks.
    /// </summary>
    /// <param name="unitsADay">Sold of a product in the last weeks.</param>
    public async Task<Func<string, CountDistribution>> DemandAsync(int days, Func<string, double> unitsADay, CancellationToken cancel)
    {
        var now = clock.Now;
        if (_known is not { } known || known.Until <= now)
        {
            var found = forecasts() is { } service ? await service.ForecastsAsync(cancel: cancel) : new Dictionary<string, ProductForecast>();
            _known = known = (found.Where(f => f.Value.Basis != "none").ToDictionary(f => f.Key, f => f.Value.Between(now, now.AddDays(days))), now + Kept);
        }
        return product => known.Demand.TryGetValue(product, out var demand) ? demand : Poisson(unitsADay(product) * days);
    }

    public static CountDistribution Poisson(double mean) => new(mean, mean);

    /// <summary>The chance that the demand leaves at least one unit.</summary>
    /// <returns>Null where nobody said what is in stock.</returns>
    public static double? Probability(long? stock, CountDistribution demand)
    {
        if (stock is not { } units) return null;
        if (units <= 0) return 0;
        if (units > demand.Mean + 10 * Math.Sqrt(Math.Max(demand.Mean, demand.Variance)) + 10) return 1;
        return demand.AtMost(units - 1);
    }
}
