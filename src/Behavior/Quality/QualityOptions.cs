using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Quality;

/// <summary>The rejects inbox. Section <c>Quality</c>.</summary>
public sealed record QualityOptions
{
    public const string Section = "Quality";

    /// <summary>Rejected events kept a day; beyond it they are counted only.</summary>
    [Range(0, 1_000_000)]
    public int KeptPerDay { get; init; } = 10_000;

    /// <summary>Days after which what nobody looked at is removed.</summary>
    [Range(1, 3_650)]
    public int KeptDays { get; init; } = 30;
}
