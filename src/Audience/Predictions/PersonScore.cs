namespace BehaviorDashboard.Predictions;

/// <summary>What is foretold of a person; null where it is not known. Bands hold 80 %.</summary>
public sealed record PersonScore
{
    public required string UserId { get; init; }
    public required DateTimeOffset AsOf { get; init; }
    public double? Buy7 { get; init; }
    public double? Buy7Low { get; init; }
    public double? Buy7High { get; init; }
    public double? Buy30 { get; init; }
    public double? Buy30Low { get; init; }
    public double? Buy30High { get; init; }
    public double? Churn { get; init; }
    public double? ChurnLow { get; init; }
    public double? ChurnHigh { get; init; }

    /// <summary>Days without an order after which this person counts as gone.</summary>
    public double? ChurnDays { get; init; }

    /// <summary>Chance that they have not left.</summary>
    public double? Alive { get; init; }
    public double? Orders90 { get; init; }
    public double? Orders90Low { get; init; }
    public double? Orders90High { get; init; }

    /// <summary>Expected spend of the next 30 days, in the shop's currency.</summary>
    public double? Value30 { get; init; }
    public double? Value90 { get; init; }
    public double? Value90Low { get; init; }
    public double? Value90High { get; init; }
    public double? Value365 { get; init; }
    public double? Value365Low { get; init; }
    public double? Value365High { get; init; }

    /// <summary>Days until the next order, if they have not left.</summary>
    public double? NextOrderDays { get; init; }
    public double? NextOrderDaysLow { get; init; }
    public double? NextOrderDaysHigh { get; init; }

    /// <summary>1: buys at reduced prices as often as others do at the same times.</summary>
    public double? PriceIndex { get; init; }
    public double? PriceIndexLow { get; init; }
    public double? PriceIndexHigh { get; init; }
    public double? CategoryChance { get; init; }
    public string? NextCategory { get; init; }

    /// <summary>JSON list of category and chance.</summary>
    public string? OtherCategories { get; init; }
}

/// <summary>Expected revenue of the customers there are, for so many days; the band holds 80 %.</summary>
public sealed record RevenueForecast(int Days, double Value, double Low, double High);

/// <summary>A scoring of everybody.</summary>
/// <param name="Versions">By kind.</param>
public sealed record PredictionRun(DateTimeOffset AsOf, DateTimeOffset EndedAt, long People, IReadOnlyDictionary<string, int> Versions, IReadOnlyList<RevenueForecast> Totals);
