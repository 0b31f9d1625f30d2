using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>Figures of past ranges. Section <c>Kpis</c>.</summary>
public sealed record KpisOptions
{
    public const string Section = "Kpis";

    /// <summary>Hours after its end at which a shop day is summarised; an event that comes later has its day summarised again.</summary>
    [Range(2, 720)]
    public int SummariseAfterHours { get; init; } = 6;
}
