using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Recommendations;

/// <summary>What lists did on one day, by where they stood, what they were and how they were ranked.</summary>
/// <param name="Lists">Lists seen; <paramref name="ClickedLists"/>: of those, with at least one click.</param>
/// <param name="Shown">Products seen; <paramref name="Orders"/>: order lines of clicked products.</param>
internal sealed record PerformanceRow(DateTime Day, string Placement, string Kind, string Strategy, long Lists, long ClickedLists, long Shown, long Clicks, long Orders, decimal Revenue);

/// <summary>How often a product was shown.</summary>
internal sealed record ShownProduct(string Placement, string Strategy, string ProductId, long Shown);

/// <summary>What a group of lists came to.</summary>
/// <param name="Coverage">Share of the products that were shown at all.</param>
/// <param name="Novelty">Mean −log₂ of a shown product's share of all product views: higher is less obvious.</param>
public sealed record PerformanceFigures(long Lists, long ClickedLists, long Shown, long Clicks, long Orders, decimal Revenue, double? Coverage, double? Novelty)
{
    /// <summary>Share of seen lists with a click, with its 95 % band.</summary>
    public Interval? ClickRate => Lists == 0 ? null : Proportions.Wilson(Math.Min(ClickedLists, Lists), Lists);

    /// <summary>Attributed revenue of a thousand seen lists.</summary>
    public decimal? PerThousand => Lists == 0 ? null : Revenue / Lists * 1000;
}

/// <summary>Figures of one placement, kind and strategy.</summary>
public sealed record PerformanceLine(string Placement, string Kind, string Strategy, PerformanceFigures Figures);

/// <summary>One shop day.</summary>
public sealed record PerformanceDay(DateOnly Day, long Lists, double? ClickRate, decimal Revenue);

/// <summary>All of a range.</summary>
public sealed record PerformanceReport(PerformanceFigures Total, IReadOnlyList<PerformanceLine> Lines, IReadOnlyList<PerformanceDay> Days, int AttributionDays);
