namespace BehaviorDashboard.Inventory;

/// <summary>How much a product brings (A, B, C) and how unsteadily it sells (X, Y, Z), and the share of demand to be served for each.</summary>
public static class StockClasses
{
    private const double LargeShare = 0.8;
    private const double MiddleShare = 0.95;

    public static IReadOnlyDictionary<string, double> Defaults { get; } = new Dictionary<string, double>
    {
        ["AX"] = 0.98, ["AY"] = 0.97, ["AZ"] = 0.95, ["BX"] = 0.97, ["BY"] = 0.95, ["BZ"] = 0.92, ["CX"] = 0.95, ["CY"] = 0.92, ["CZ"] = 0.88,
    };

    /// <param name="products">Id, expected money a week, and expected units a week with the law of their variance.</param>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyCollection<(string Id, double Money, double Units, double Noise, double Spread)> products)
    {
        var (total, sum) = (products.Sum(p => p.Money), 0d);
        var result = new Dictionary<string, string>(products.Count);
        foreach (var p in products.OrderByDescending(p => p.Money).ThenBy(p => p.Id, StringComparer.Ordinal))
        {
            var value = sum < LargeShare * total ? "A" : sum < MiddleShare * total ? "B" : "C";
            sum += p.Money;
            result[p.Id] = value + Steadiness(p.Units, p.Noise, p.Spread);
        }
        return result;
    }

    /// <summary>By the coefficient of variation of a week.</summary>
    private static string Steadiness(double units, double noise, double spread)
    {
        if (units <= 0) return "Z";
        var variation = Math.Sqrt(noise / units + spread);
        return variation < 0.5 ? "X" : variation < 1 ? "Y" : "Z";
    }
}
