namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// How a week's units fall on its days. The shop's own pattern comes first; a product's is drawn to it until it has sold enough to
/// show one of its own. Units of a day with a mean m stray by the same law as those of a week: variance noise·m + spread·m².
/// </summary>
public static class DayProfile
{
    public const int Week = 7;

    /// <summary>Days learnt from.</summary>
    public const int Back = 26 * Week;

    /// <summary>Units with which a product's own pattern weighs as much as the shop's.</summary>
    private const double ShopUnits = 100;

    private const double FewestUnits = 200;

    /// <summary>Which day ahead, 0 to 6, falls on the same day of the week as one of the past.</summary>
    /// <param name="back">0: the day before the first day ahead.</param>
    public static int PlaceOf(int back) => Week - 1 - back % Week;

    /// <param name="units">Of all products, by day ahead.</param>
    /// <returns>Shares that sum to 1; null while too little was sold to say.</returns>
    public static double[]? Shop(IReadOnlyList<double> units)
    {
        var sum = units.Sum(u => Math.Max(0, u));
        return sum < FewestUnits ? null : [.. units.Select(u => Math.Max(0, u) / sum)];
    }

    /// <param name="units">Of the product, by day ahead.</param>
    public static double[] Own(double[] shop, IReadOnlyList<double> units)
    {
        var sum = units.Sum(u => Math.Max(0, u));
        return [.. shop.Select((share, d) => (Math.Max(0, units[d]) + ShopUnits * share) / (sum + ShopUnits))];
    }
}
