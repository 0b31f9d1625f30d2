namespace BehaviorDashboard.Segments;

/// <summary>Customers with the same three scores, each 1 to 5, 5 the best: recency, frequency, money.</summary>
/// <param name="Revenue">Net of refunds, in the shop's currency.</param>
/// <param name="FirstAt">The earliest last order among them.</param>
/// <param name="Orders">The fewest orders among them.</param>
/// <param name="Money">The least net revenue among them.</param>
public sealed record RfmCell(int R, int F, int M, long People, decimal Revenue, DateTimeOffset FirstAt, long Orders, decimal Money)
{
    public string Group => RfmGroups.Of(R, F, M);
}

/// <summary>Named groups of scores.</summary>
public static class RfmGroups
{
    /// <summary>Best first.</summary>
    public static IReadOnlyList<string> All { get; } = ["champions", "loyal", "recent", "attention", "cannot_lose", "at_risk", "hibernating"];

    /// <summary>Frequency and money are taken together, rounded up, as is usual where recency decides what to do next.</summary>
    public static string Of(int r, int f, int m) => ((f + m + 1) / 2, r) switch
    {
        ( >= 4, >= 4) => "champions",
        ( >= 3, >= 3) => "loyal",
        (_, >= 4) => "recent",
        (_, 3) => "attention",
        ( >= 4, _) => "cannot_lose",
        (3, _) => "at_risk",
        _ => "hibernating",
    };
}

/// <summary>How many went from one group to another; from null: their first order came in between.</summary>
public sealed record RfmMove(string? From, string To, long People);

/// <summary>All customers who ordered before an instant, scored among one another.</summary>
public sealed record RfmReport(DateTimeOffset AsOf, DateTimeOffset Since, IReadOnlyList<RfmCell> Cells, IReadOnlyList<RfmMove> Moves, RfmScaleVersion Scale)
{
    /// <summary>Orders in another currency than the shop's and without a rate: they count in R and F, but not in M.</summary>
    public long Foreign { get; init; }

    public long People => Cells.Sum(c => c.People);

    public decimal Revenue => Cells.Sum(c => c.Revenue);
}
