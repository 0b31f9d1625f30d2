namespace BehaviorDashboard.LiveMetrics;

/// <summary>The KPI catalogue over one stretch of time. Counts and sums are stored; ratios are derived, and null when there is nothing to divide by.</summary>
public sealed record KpiValues
{
    public static readonly KpiValues None = new();

    public long Events { get; init; }

    /// <summary>Different people, a visitor who signed in counted once.</summary>
    public long ActivePeople { get; init; }

    public long Sessions { get; init; }
    public long ProductViews { get; init; }

    /// <summary>Sessions with something put into a cart.</summary>
    public long Carts { get; init; }

    /// <summary>Sessions in which a checkout was started.</summary>
    public long Checkouts { get; init; }

    public long Orders { get; init; }

    /// <summary>Sessions with at least one order. Orders outside sessions, such as imported ones, have none.</summary>
    public long SessionsWithOrder { get; init; }

    /// <summary>Sessions with a cart and no order.</summary>
    public long AbandonedCarts { get; init; }

    /// <summary>Different people who ordered.</summary>
    public long Customers { get; init; }

    /// <summary>Units on the lines of completed orders.</summary>
    public long Units { get; init; }

    public decimal GrossRevenue { get; init; }

    /// <summary>What was paid back, positive.</summary>
    public decimal Refunds { get; init; }

    /// <summary>Money outside orders and refunds.</summary>
    public decimal Adjustments { get; init; }

    public long Searches { get; init; }
    public long ZeroResultSearches { get; init; }

    /// <summary>Net: orders less refunds, and adjustments.</summary>
    public decimal Revenue => GrossRevenue - Refunds + Adjustments;

    public decimal? Aov => Orders == 0 ? null : Math.Round(GrossRevenue / Orders, 4);

    public double? Conversion => Sessions == 0 ? null : (double)SessionsWithOrder / Sessions;

    public double? CartAbandonment => Carts == 0 ? null : (double)AbandonedCarts / Carts;
}

/// <summary>A product or category in a ranking.</summary>
public sealed record Ranked(string Id, long Views, long Units, decimal Revenue)
{
    /// <summary>Title for people; the id where none is known.</summary>
    public string Title { get; init; } = Id;
}

/// <summary>A search that found nothing, and how often.</summary>
public sealed record UnmetSearch(string Query, long Count);

/// <summary>KPIs of one stretch of time and of the one before, with rankings.</summary>
public sealed record KpiWindow(DateTimeOffset From, DateTimeOffset To, KpiValues Now, KpiValues Before, IReadOnlyList<Ranked> Products, IReadOnlyList<Ranked> Categories, IReadOnlyList<UnmetSearch> UnmetSearches);
