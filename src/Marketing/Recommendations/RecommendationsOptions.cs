using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Recommendations;

/// <summary>How recommendations are learnt and served. Section <c>Recommendations</c>.</summary>
public sealed record RecommendationsOptions
{
    public const string Section = "Recommendations";

    /// <summary>Days of events that are learnt from and remembered of each person.</summary>
    [Range(7, 1_000)]
    public int HistoryDays { get; init; } = 180;

    /// <summary>Days after which an interest weighs half.</summary>
    [Range(1, 1_000)]
    public double HalfLifeDays { get; init; } = 45;

    /// <summary>People whose interest is held in memory, the last seen first; others are read when they are asked for.</summary>
    [Range(1_000, 10_000_000)]
    public int PeopleInMemory { get; init; } = 1_000_000;

    /// <summary>Who touches more products than this on an average day of theirs is taken for a robot and not learnt from.</summary>
    [Range(10, 100_000)]
    public int MostTouchesADay { get; init; } = 400;

    /// <summary>Days between trainings by itself; 0: never.</summary>
    [Range(0, 365)]
    public int TrainEveryDays { get; init; } = 1;

    /// <summary>Days after a click on a recommendation within which an order of the clicked product counts as its doing.</summary>
    [Range(1, 30)]
    public int AttributionDays { get; init; } = 7;

    /// <summary>Days an order takes to leave the shelf: what P(in stock) looks ahead.</summary>
    [Range(1, 90)]
    public int DeliveryDays { get; init; } = 3;

    /// <summary>Requests a second that one address may make with a write key, and how many at once after a pause.</summary>
    [Range(1, 100_000)]
    public int ShopRequestsPerSecond { get; init; } = 20;

    [Range(1, 100_000)]
    public int ShopBurst { get; init; } = 60;

    /// <summary>Origins whose pages may ask; empty: every origin. Credentials are never allowed.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];
}
