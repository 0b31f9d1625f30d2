using System.Text.Json.Serialization;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Segments;

[JsonConverter(typeof(JsonStringEnumConverter<WindowKind>))]
public enum WindowKind { Ever, Within, Before, Between }

/// <summary>Which stretch of time a condition looks at. Nothing after the instant of evaluation counts.</summary>
/// <param name="Days">Within: the last so many days (24 hours each). Before: longer ago than so many days.</param>
/// <param name="From">Between: the first shop day, included.</param>
/// <param name="To">Between: the last shop day, included.</param>
public sealed record Window(WindowKind Kind, int? Days = null, DateOnly? From = null, DateOnly? To = null)
{
    public static readonly Window Ever = new(WindowKind.Ever);

    public static Window Within(int days) => new(WindowKind.Within, days);

    public static Window Before(int days) => new(WindowKind.Before, days);

    public static Window Between(DateOnly from, DateOnly to) => new(WindowKind.Between, null, from, to);

    /// <summary>The stretch (After, Until]: later than the one, not later than the other.</summary>
    public (DateTimeOffset After, DateTimeOffset Until) At(DateTimeOffset asOf, ShopClock clock) => Kind switch
    {
        WindowKind.Within => (asOf.AddDays(-Days!.Value), asOf),
        WindowKind.Before => (DateTimeOffset.UnixEpoch.AddYears(-70), asOf.AddDays(-Days!.Value)),
        // Both engines keep microseconds: one before midnight is the last instant of the day before.
        WindowKind.Between => (clock.StartOf(From!.Value).AddMicroseconds(-1), Earlier(asOf, clock.StartOf(To!.Value.AddDays(1)).AddMicroseconds(-1))),
        _ => (DateTimeOffset.UnixEpoch.AddYears(-70), asOf),
    };

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
