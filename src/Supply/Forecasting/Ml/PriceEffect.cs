namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// How demand answers to price, learnt from all products together: the slope of log units on log price within each product
/// over its weeks, drawn to none where there is little to learn from.
/// </summary>
public static class PriceEffect
{
    private const double LeastMove = 0.03;
    private const double Doubt = 2;
    private const double MostElastic = 4;
    private const double MostFactor = 2.5;

    /// <param name="weeks">Of each product: units and mean price of weeks in which it was sold.</param>
    /// <returns>Elasticity, positive: units fall by this share for a price higher by one.</returns>
    public static double Elasticity(IEnumerable<IReadOnlyList<(double Units, double Price)>> weeks)
    {
        var (top, bottom) = (0d, Doubt);
        foreach (var product in weeks)
        {
            if (product.Count < 6) continue;
            var (units, prices) = (product.Select(w => Math.Log(w.Units + 0.5)).ToArray(), product.Select(w => Math.Log(Math.Max(w.Price, 0.01))).ToArray());
            var (meanUnits, meanPrice) = (units.Average(), prices.Average());
            for (var i = 0; i < units.Length; i++)
            {
                top += (units[i] - meanUnits) * (prices[i] - meanPrice);
                bottom += (prices[i] - meanPrice) * (prices[i] - meanPrice);
            }
        }
        return Math.Clamp(-top / bottom, 0, MostElastic);
    }

    /// <param name="paid">Mean price of the weeks learnt from.</param>
    /// <param name="price">The price from now on.</param>
    public static double Factor(double elasticity, double? paid, double? price) =>
        paid is > 0 && price is > 0 && Math.Abs(price.Value / paid.Value - 1) > LeastMove ? Math.Clamp(Math.Pow(price.Value / paid.Value, -elasticity), 1 / MostFactor, MostFactor) : 1;
}
