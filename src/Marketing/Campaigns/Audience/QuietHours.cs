namespace BehaviorDashboard.Campaigns;

/// <summary>Hours in which nobody wants a message, by each person's own clock.</summary>
public sealed record QuietHours(int From, int To)
{
    /// <summary>The instant itself, or the end of the quiet hours it falls into. Where clocks change it is the wall clock that counts.</summary>
    public DateTimeOffset Next(DateTimeOffset instant, TimeZoneInfo zone)
    {
        if (From == To) return instant;
        var local = TimeZoneInfo.ConvertTime(instant, zone).DateTime;
        var hour = local.Hour;
        var quiet = From < To ? hour >= From && hour < To : hour >= From || hour < To;
        if (!quiet) return instant;
        var end = local.Date.AddDays(From > To && hour >= From ? 1 : 0).AddHours(To);
        while (zone.IsInvalidTime(end)) end = end.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(end) ? zone.GetAmbiguousTimeOffsets(end).Max() : zone.GetUtcOffset(end);
        return new DateTimeOffset(end, offset).ToUniversalTime();
    }

    /// <summary>The zone a trait names; the shop's where it names none that is known.</summary>
    public static TimeZoneInfo Zone(string? name, TimeZoneInfo shop) => name is { Length: > 0 and < 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : shop;
}
