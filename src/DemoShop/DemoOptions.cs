using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.DemoShop;

/// <summary>The simulated shop. Section <c>Demo</c>.</summary>
public sealed record DemoOptions
{
    public const string Section = "Demo";

    /// <summary>The same seed and first day give the same shop, event for event.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 7;

    /// <summary>Days of history sent at the first start.</summary>
    [Range(1, 1500)]
    public int BackfillDays { get; init; } = 365;

    /// <summary>Size of the shop: 1 is about 4,000 people and 400,000 events a year.</summary>
    [Range(0.01, 100)]
    public double Scale { get; init; } = 1;

    /// <summary>
    /// How fast events come once the history is in. Faster than the shop's own pace (about one event a minute),
    /// so that the live page moves; the extra visits draw on the same people and products but take nothing from stock.
    /// 0 leaves the shop at its own pace.
    /// </summary>
    [Range(0, 200)]
    public double LiveEventsPerSecond { get; init; } = 1;

    /// <summary>Minutes before the start over which the live pace is reached, so that short windows are full and comparable at once.</summary>
    [Range(0, 120)]
    public int LiveLeadMinutes { get; init; } = 120;

    /// <summary>Whether live visitors are shown recommended products under a product page.</summary>
    public bool ShowRecommendations { get; init; } = true;

    /// <summary>Whether the things that went wrong in this shop's year are planted (see <see cref="DemoIncidents"/>).</summary>
    public bool Incidents { get; init; } = true;
}

/// <summary>Supplies of a category stop and what lies there shrinks.</summary>
/// <param name="Size">Share of the stock that is lost at the start; no deliveries arrive until the end.</param>
public sealed record StockShortage(int Category, DateOnly Start, int Days, double Size);

/// <summary>An e-mail that annoys: no discount, every reader visits less for a week, some unsubscribe.</summary>
/// <param name="Size">Share of the people who may be mailed that get it.</param>
public sealed record BadCampaign(DateOnly Start, double Size);

/// <summary>A defective batch: angry reviews of one product.</summary>
/// <param name="Size">Expected extra reviews a day.</param>
public sealed record ReviewSurge(int Product, DateOnly Start, int Days, double Size);

/// <summary>What goes wrong on purpose, with its start and size: known truth for whoever must detect it.</summary>
public sealed record DemoIncidents(StockShortage? Shortage = null, BadCampaign? Campaign = null, ReviewSurge? Reviews = null)
{
    public static readonly DemoIncidents None = new();

    /// <summary>One of each, the latest of them still going on at the end of the history.</summary>
    public static DemoIncidents Typical(DateOnly firstDay, int days) => new(
        new StockShortage(Category: 3, firstDay.AddDays(days - 24), Days: 12, Size: 0.8),
        new BadCampaign(firstDay.AddDays(days - 45), Size: 1),
        new ReviewSurge(Product: 35, firstDay.AddDays(days - 5), Days: 7, Size: 5));
}
