using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Reviews;

/// <summary>A product, category or topic in a range: how many reviews, the share of bad ones with its band, and whether it changed.</summary>
/// <param name="P">That a difference at least this large to the time before is chance, adjusted for all lines of the table; null where there was nothing before.</param>
public sealed record ReviewGroup(string Key, string Title, long Count, long Known, Interval Bad, double? Stars, double? BadBefore, double? P)
{
    public const double Believed = 0.05;

    public bool Changed => P <= Believed;
}

/// <summary>A product's day with more reviews than its usual pace explains.</summary>
/// <param name="P">Poisson tail under the pace before, adjusted for all days and products looked at.</param>
/// <param name="Alike">How many repeat an earlier review.</param>
public sealed record ReviewBurst(string ProductId, string Title, DateOnly Day, int Reviews, double Usual, int Alike, double P);

/// <summary>The reviews of a range beside those of the time before.</summary>
public sealed record ReviewOverview(ReviewTally Now, ReviewTally? Before, Interval Bad, double? P, IReadOnlyList<ReviewGroup> Products, IReadOnlyList<ReviewGroup> Categories, IReadOnlyList<ReviewGroup> Topics,
    IReadOnlyList<ReviewTrend> Trend, IReadOnlyList<RisingWord> Rising, IReadOnlyList<ReviewBurst> Bursts, IReadOnlyList<LanguageModel> Models, DateTimeOffset AsOf);

/// <summary>A week, or a day of short ranges.</summary>
public sealed record ReviewTrend(DateTimeOffset From, long Reviews, Interval Bad);

/// <summary>The arithmetic of the overview.</summary>
internal static class ReviewFigures
{
    private const double BurstBelieved = 0.001;
    private const int FewestInBurst = 4;

    /// <summary>Two-sided p-value of two shares being one (pooled z-test); null without anything to compare.</summary>
    public static double? Differ(long hits, long of, long hitsBefore, long ofBefore)
    {
        if (of == 0 || ofBefore == 0) return null;
        var pooled = (hits + hitsBefore) / (double)(of + ofBefore);
        var error = Math.Sqrt(pooled * (1 - pooled) * (1.0 / of + 1.0 / ofBefore));
        return error == 0 ? 1 : 2 * Gauss.Cdf(-Math.Abs(hits / (double)of - hitsBefore / (double)ofBefore) / error);
    }

    public static IReadOnlyList<ReviewGroup> Groups(IReadOnlyList<ReviewTally> now, IReadOnlyList<ReviewTally> before, Func<string, string> title, int limit)
    {
        var earlier = before.ToDictionary(t => t.Key!);
        var p = now.Select(t => earlier.TryGetValue(t.Key!, out var was) ? Differ(t.Bad, t.Known, was.Bad, was.Known) : null).ToList();
        var tested = Enumerable.Range(0, p.Count).Where(i => p[i] is not null).ToList();
        var adjusted = FalseDiscovery.Adjust([.. tested.Select(i => p[i]!.Value)]);
        for (var k = 0; k < tested.Count; k++) p[tested[k]] = adjusted[k];
        return [.. now.Select((t, i) => new ReviewGroup(t.Key!, title(t.Key!), t.Count, t.Known, Proportions.Wilson(t.Bad, t.Known), t.Stars,
            earlier.TryGetValue(t.Key!, out var was) && was.Known > 0 ? was.Bad / (double)was.Known : null, p[i])).OrderBy(g => g.P <= ReviewGroup.Believed ? 0 : 1).ThenByDescending(g => g.Bad.Low).ThenByDescending(g => g.Count).Take(limit)];
    }

    public static IReadOnlyList<ReviewTrend> Trend(IReadOnlyList<ReviewDay> days, TimeSpan step, DateTimeOffset from)
    {
        if (days.Count == 0) return [];
        return [.. days.GroupBy(d => (int)Math.Max(0, Math.Floor((d.Day - from).TotalDays / step.TotalDays))).OrderBy(g => g.Key)
            .Select(g => new ReviewTrend(from + g.Key * step, g.Sum(d => d.Known), Proportions.Wilson(g.Sum(d => d.Bad), g.Sum(d => d.Known))))];
    }

    /// <param name="reviews">Of the range and 90 days before it.</param>
    public static IReadOnlyList<ReviewBurst> Bursts(IReadOnlyList<Review> reviews, DateTimeOffset from, Func<DateTimeOffset, DateOnly> day, Func<string, string> title)
    {
        var tried = 0;
        var found = new List<ReviewBurst>();
        foreach (var product in reviews.Where(r => r.ProductId is not null).GroupBy(r => r.ProductId!))
        {
            var first = product.Min(r => r.OccurredAt);
            foreach (var date in product.Where(r => r.OccurredAt >= from).GroupBy(r => day(r.OccurredAt)))
            {
                tried++;
                var start = date.Min(r => r.OccurredAt);
                // A pace of a product hardly reviewed is taken as one in four weeks.
                var usual = Math.Max(product.Count(r => day(r.OccurredAt) < date.Key) / Math.Max(28, (start - first).TotalDays), 1.0 / 28);
                if (date.Count() >= FewestInBurst) found.Add(new ReviewBurst(product.Key, title(product.Key), date.Key, date.Count(), usual, date.Count(r => r.Alike is not null), PoissonTail(date.Count(), usual)));
            }
        }
        return [.. found.Select(b => b with { P = Math.Min(1, b.P * tried) }).Where(b => b.P <= BurstBelieved).OrderByDescending(b => b.Day).ThenBy(b => b.P).Take(10)];
    }

    /// <summary>P(X ≥ n) of a Poisson variable.</summary>
    public static double PoissonTail(int n, double mean)
    {
        var (term, below) = (Math.Exp(-mean), 0.0);
        for (var k = 0; k < n; k++)
        {
            below += term;
            term *= mean / (k + 1);
        }
        return below < 0.999 ? 1 - below : Enumerable.Range(0, 60).Aggregate((Sum: 0.0, Term: term), (s, k) => (s.Sum + s.Term, s.Term * mean / (n + k + 1))).Sum;
    }
}
