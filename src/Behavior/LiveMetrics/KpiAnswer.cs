using BehaviorDashboard.Ids;

namespace BehaviorDashboard.LiveMetrics;

/// <param name="Currency">The shop's: amounts in others are in no total.</param>
/// <param name="Zone">The shop's: its days are points of the series.</param>
internal sealed record KpiQuestion(TimeRange Range, string Currency, string Zone);

/// <summary>What the store says to a question, of one moment.</summary>
/// <param name="Ranks">By kind: <c>product</c>, <c>category</c>, <c>search</c>.</param>
internal sealed record KpiAnswer(KpiFigures Now, KpiFigures? Before, ILookup<string, RankRow> Ranks)
{
    public IReadOnlyList<Ranked> Ranked(string kind) => [.. Ranks[kind].Select(r => new Ranked(r.Name, r.Times, r.Units, r.Revenue))];

    public IReadOnlyList<UnmetSearch> UnmetSearches => [.. Ranks["search"].Select(r => new UnmetSearch(r.Name, r.Times))];
}

/// <summary>One point of the series over time.</summary>
public sealed record KpiPoint(DateTimeOffset At, long Orders, decimal Revenue, long Sessions);

/// <summary>The figures of a range.</summary>
/// <param name="Foreign">Orders and refunds in currencies without a rate, which no total holds.</param>
internal sealed record KpiFigures(KpiValues Values, IReadOnlyList<KpiPoint> Series, IReadOnlyList<UnmetSearch> Foreign)
{
    /// <param name="visits">Holds what cannot be added: different people and sessions.</param>
    public static KpiFigures Of(KpiValues visits, IReadOnlyList<CountRow> counts, string currency)
    {
        var own = counts.Where(c => c.Currency is null || c.Currency == currency).ToList();
        var values = visits with
        {
            Events = counts.Sum(c => c.Events),
            ProductViews = counts.Sum(c => c.Views),
            Orders = counts.Sum(c => c.Orders),
            Units = counts.Sum(c => c.Units),
            GrossRevenue = Sum(own, c => c.Gross),
            Refunds = -Sum(own, c => c.Refunds),
            Adjustments = Sum(own, c => c.Adjustments),
            Searches = counts.Sum(c => c.Searches),
            ZeroResultSearches = counts.Sum(c => c.Unmet),
        };
        var series = counts.GroupBy(c => c.At).Select(p => new KpiPoint(p.Key, p.Sum(c => c.Orders),
            Sum(p.Where(c => c.Currency is null || c.Currency == currency), c => c.Gross + c.Refunds + c.Adjustments), p.First().Sessions));
        var foreign = counts.Where(c => c.Currency is not null && c.Currency != currency).GroupBy(c => c.Currency!).Select(c => new UnmetSearch(c.Key, c.Sum(r => r.Amounts)));
        return new KpiFigures(values, [.. series], [.. foreign.Where(f => f.Count > 0).OrderByDescending(f => f.Count).ThenBy(f => f.Query, StringComparer.Ordinal)]);
    }

    /// <summary>With the places of a stored amount, also where there is none.</summary>
    private static decimal Sum(IEnumerable<CountRow> rows, Func<CountRow, decimal> amount) => rows.Sum(amount) + 0.0000m;
}

/// <summary>What can be added of one point in time and currency; refunds as they are stored, negative.</summary>
/// <param name="Sessions">Of the whole point, the same in each of its rows.</param>
internal sealed record CountRow(DateTimeOffset At, string? Currency, long Events, long Views, long Orders, long Units, decimal Gross, decimal Refunds, decimal Adjustments,
    long Searches, long Unmet, long Amounts, long Sessions);

/// <summary>A place in a ranking.</summary>
internal sealed record RankRow(string Kind, string Name, long Times, long Units, decimal Revenue);
