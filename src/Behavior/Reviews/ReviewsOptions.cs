using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Reviews;

/// <summary>How reviews are read and watched.</summary>
public sealed record ReviewsOptions
{
    public const string Section = "Reviews";

    /// <summary>How many false incidents the watch may open in 90 quiet days, expected over the whole shop.</summary>
    [Range(0.01, 10)] public double FalseAlarms { get; init; } = 0.5;

    /// <summary>What stood out longer ago opens no incident, so that an imported history does not.</summary>
    [Range(1, 365)] public int IncidentDays { get; init; } = 14;

    /// <summary>Rated reviews a model must have been judged by before its scores are shown.</summary>
    [Range(10, 10_000)] public int JudgedBy { get; init; } = 30;

    /// <summary>Seconds after which new reviews are read at the latest.</summary>
    [Range(1, 3600)] public int EverySeconds { get; init; } = 30;
}
