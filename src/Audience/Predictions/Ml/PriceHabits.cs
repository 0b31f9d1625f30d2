using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>How often somebody bought at a reduced price, and how often others would have who bought at the same times.</summary>
internal readonly record struct PriceHabit(int Lines, int Reduced, double Expected);

/// <summary>
/// Price sensitivity as an index: 1 buys at reduced prices as often as others do at the same times, 1.5 half as often again.
/// Individual indices vary by a gamma distribution of mean 1.
/// </summary>
/// <param name="Kappa">How alike people are: expected reduced purchases that weigh as much as what everybody does.</param>
internal sealed record PriceModel(double Kappa)
{
    /// <summary>Below this share of its highest price of the last weeks a product was sold reduced.</summary>
    private const double ReducedBelow = 0.95;
    private const int Weeks = 8;

    public Chance Index(in PriceHabit habit)
    {
        var (shape, rate) = (Kappa + habit.Reduced, Kappa + habit.Expected);
        return new Chance(shape / rate, Special.GammaQuantile(shape, 0.1) / rate, Special.GammaQuantile(shape, 0.9) / rate);
    }

    /// <remarks>Reduced purchases are Poisson with mean index × expected; summed over the gamma distribution, negative binomial.</remarks>
    public static PriceModel Fit(IEnumerable<PriceHabit> habits)
    {
        var rows = habits.Where(h => h.Expected > 0).ToArray();
        double Likelihood(double kappa) => rows.Sum(h => Special.LogGamma(kappa + h.Reduced) - Special.LogGamma(kappa) + kappa * Math.Log(kappa) - (kappa + h.Reduced) * Math.Log(kappa + h.Expected));
        return new PriceModel(Enumerable.Range(0, 60).Select(i => Math.Exp(-1.5 + 0.1 * i)).MaxBy(Likelihood));
    }

    /// <summary>Lines with whether each was reduced, and the share of all lines that were in its week.</summary>
    public static IReadOnlyList<(LineRow Line, bool Reduced, double Share)> Mark(IReadOnlyList<LineRow> lines, IReadOnlyList<HistoryStore.WeekPrice> prices)
    {
        var highest = prices.ToDictionary(p => (p.ProductId, p.Week), p => p.Price);
        static long Week(DateTimeOffset at) => at.ToUnixTimeSeconds() / 604_800;
        double? Usual(LineRow line)
        {
            double? most = null;
            for (var w = Week(line.At) - Weeks; w <= Week(line.At); w++)
                if (highest.TryGetValue((line.ProductId, w), out var price) && (most is null || price > most)) most = price;
            return most;
        }
        var marked = lines.Where(l => l.Price > 0).Select(l => (Line: l, Reduced: Usual(l) is { } usual && l.Price < ReducedBelow * usual)).ToList();
        var all = marked.Count == 0 ? 0 : marked.Count(m => m.Reduced) / (double)marked.Count;
        var shares = marked.GroupBy(m => Week(m.Line.At)).ToDictionary(g => g.Key, g => (g.Count(m => m.Reduced) + 5 * all) / (g.Count() + 5));
        return [.. marked.Select(m => (m.Line, m.Reduced, shares[Week(m.Line.At)]))];
    }

    public static Dictionary<string, PriceHabit> Habits(IEnumerable<(LineRow Line, bool Reduced, double Share)> marked) =>
        marked.GroupBy(m => m.Line.Person).ToDictionary(g => g.Key, g => new PriceHabit(g.Count(), g.Count(m => m.Reduced), g.Sum(m => m.Share)));
}
