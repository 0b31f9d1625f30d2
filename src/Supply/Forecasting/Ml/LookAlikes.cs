namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>What a product is, for finding others like it.</summary>
public sealed record ProductTraits(string Id, string? Title, string? Category, string? Brand, double? Price);

/// <summary>
/// What a product without a history of its own will sell: the mean of the most alike (same category, near in price, sharing
/// words of the title), weighted by likeness, drawn to its own sales as these come in.
/// </summary>
public static class LookAlikes
{
    private const int Most = 8;

    /// <summary>Weeks of own sales that weigh as much as all look-alikes together.</summary>
    private const double OwnWeeks = 4;

    /// <summary>A new product of which nothing is known yet sells less at first than those that have made it.</summary>
    private const double StartShare = 0.7;

    /// <param name="own">Its weeks so far.</param>
    /// <param name="others">Products with a history, and their forecast units a week.</param>
    /// <returns>Units a week and the squared relative error of that; null where nothing is alike.</returns>
    public static (double Level, double Uncertainty)? Level(ProductTraits product, IReadOnlyList<double> own, IReadOnlyList<(ProductTraits Traits, double Level)> others)
    {
        var alike = others.Select(o => (o.Level, Likeness: Likeness(product, o.Traits))).Where(o => o.Likeness > 0).OrderByDescending(o => o.Likeness).Take(Most).ToList();
        var mean = own.Count > 0 ? own.Average() : 0;
        if (alike.Count == 0) return own.Count > 0 ? (mean, 1) : null;
        var weight = alike.Sum(a => a.Likeness);
        var level = StartShare * alike.Sum(a => a.Likeness * a.Level) / weight;
        var spread = level > 0 ? alike.Sum(a => a.Likeness * Math.Pow(StartShare * a.Level - level, 2)) / weight / (level * level) : 1;
        var share = own.Count / (own.Count + OwnWeeks);
        return (share * mean + (1 - share) * level, Math.Clamp((1 - share) * Math.Max(spread, 0.15), 0.02, 4));
    }

    public static double Likeness(ProductTraits a, ProductTraits b)
    {
        if (a.Id == b.Id || a.Category is null || a.Category != b.Category) return 0;
        var price = a.Price is > 0 && b.Price is > 0 ? Math.Exp(-2 * Math.Abs(Math.Log(a.Price.Value / b.Price.Value))) : 0.3;
        return price * (1 + 2 * SharedWords(a.Title, b.Title)) * (a.Brand is not null && a.Brand == b.Brand ? 1.3 : 1);
    }

    private static double SharedWords(string? a, string? b)
    {
        if (a is null || b is null) return 0;
        var (left, right) = (Words(a), Words(b));
        var shared = left.Count(right.Contains);
        return shared == 0 ? 0 : (double)shared / (left.Count + right.Count - shared);
    }

    private static HashSet<string> Words(string text) => [.. text.ToLowerInvariant().Split([' ', '-', ',', '/', '·'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(w => w.Length > 1)];
}
