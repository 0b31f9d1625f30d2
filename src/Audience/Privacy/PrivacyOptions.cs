using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Privacy;

/// <summary>How long data about people is kept. Section <c>Privacy</c>.</summary>
public sealed record PrivacyOptions
{
    public const string Section = "Privacy";

    /// <summary>Days after which an anonymous person who was not seen again is erased, their events with them; orders stay as nobody's. 0: never.</summary>
    [Range(0, 3_650)]
    public int AnonymousDays { get; init; }

    /// <summary>Days after which what shoppers did is removed; orders, refunds and reviews stay. 0: never.</summary>
    [Range(0, 3_650)]
    public int EventDays { get; init; }

    /// <summary>Hour of the shop's day at which what is due goes.</summary>
    [Range(0, 23)]
    public int RetentionHour { get; init; } = 3;
}
