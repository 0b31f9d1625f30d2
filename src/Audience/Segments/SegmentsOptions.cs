using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Segments;

/// <summary>How segments are kept fresh. Section <c>Segments</c>.</summary>
public sealed record SegmentsOptions
{
    public const string Section = "Segments";

    /// <summary>Seconds from one pass over touched people to the next.</summary>
    [Range(0.2, 3_600)]
    public double EverySeconds { get; init; } = 2;

    /// <summary>More touched people than this are not asked one by one: every active segment is computed whole.</summary>
    [Range(1, 1_000_000)]
    public int MostTouched { get; init; } = 50_000;
}
