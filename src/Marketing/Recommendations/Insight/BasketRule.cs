using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Recommendations;

/// <summary>Who buys <paramref name="If"/> buys <paramref name="Then"/> in the same order.</summary>
/// <param name="Count">Orders with both.</param>
/// <param name="Support">Share of all orders with both.</param>
/// <param name="Confidence">Share of orders with the first that have the second too, with its 95 % band.</param>
/// <param name="Lift">How many times more often than where the first says nothing; the band is that of the confidence.</param>
public sealed record BasketRule(string If, string Then, long Count, double Support, Interval Confidence, Interval Lift);

/// <summary>Two categories in one order.</summary>
/// <param name="Lift">How many times more often than by chance; null where too few orders have both.</param>
public sealed record CategoryPair(string One, string Other, long Count, double? Lift);

/// <summary>
/// Association rules of pairs (Agrawal, Imielinski, Swami, SIGMOD 1993): only those with enough orders behind them and a lift
/// whose whole band lies above 1.
/// </summary>
internal static class BasketMining
{
    /// <summary>Longer orders are a reseller's: they say little and cost the square.</summary>
    private const int LongestBasket = 60;

    public static IReadOnlyList<BasketRule> Rules(IReadOnlyList<string[]> baskets, int fewest, int most)
    {
        var (singles, pairs) = Count(baskets);
        var total = baskets.Count;
        return
        [
            .. pairs.Where(p => p.Value >= fewest).SelectMany(p => new[] { (p.Key.One, p.Key.Other, p.Value), (p.Key.Other, p.Key.One, p.Value) })
                .Select(p => Rule(p.Item1, p.Item2, p.Value, singles[p.Item1], singles[p.Item2], total)).Where(r => r.Lift.Low > 1)
                .OrderByDescending(r => r.Lift.Low).ThenBy(r => r.If, StringComparer.Ordinal).ThenBy(r => r.Then, StringComparer.Ordinal).Take(most),
        ];
    }

    /// <param name="fewest">Orders both must have to be told.</param>
    public static IReadOnlyList<CategoryPair> Affinity(IReadOnlyList<string[]> baskets, int fewest)
    {
        var (singles, pairs) = Count(baskets);
        return [.. pairs.Select(p => new CategoryPair(p.Key.One, p.Key.Other, p.Value, p.Value < fewest ? null : (double)p.Value * baskets.Count / ((double)singles[p.Key.One] * singles[p.Key.Other])))];
    }

    private static BasketRule Rule(string one, string other, long both, long ones, long others, long total)
    {
        var confidence = Proportions.Wilson(both, ones);
        var usual = (double)others / total;
        return new BasketRule(one, other, both, (double)both / total, confidence, new Interval(confidence.Value / usual, confidence.Low / usual, confidence.High / usual));
    }

    private static (Dictionary<string, long> Singles, Dictionary<(string One, string Other), long> Pairs) Count(IReadOnlyList<string[]> baskets)
    {
        var (singles, pairs) = (new Dictionary<string, long>(), new Dictionary<(string, string), long>());
        foreach (var basket in baskets)
        {
            var items = basket.Distinct().Order(StringComparer.Ordinal).Take(LongestBasket).ToArray();
            for (var a = 0; a < items.Length; a++)
            {
                singles[items[a]] = singles.GetValueOrDefault(items[a]) + 1;
                for (var b = a + 1; b < items.Length; b++) pairs[(items[a], items[b])] = pairs.GetValueOrDefault((items[a], items[b])) + 1;
            }
        }
        return (singles, pairs);
    }
}
