using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>Figures of past ranges. Section <c>Kpis</c>.</summary>
public sealed record KpisOptions
{
    public const string Section = "Kpis";

    /// <summary>Hours after its end at which a shop day is summarised; an event that comes later has its day summarised again.</summary>
    [Range(2, 720)]
    public int SummariseAfterHours { get; init; } = 6;

    /// <summary>Minutes after its end at which an hour of the days after is summarised; an event that comes later has its hour summarised again.</summary>
    [Range(90, 1440)]
    public int SummariseHoursAfterMinutes { get; init; } = 120;
}
