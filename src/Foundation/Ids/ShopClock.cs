namespace BehaviorDashboard.Ids;

/// <summary>
/// Time as the shop sees it: "today" starts at the shop's midnight, not at UTC's, and days around a
/// daylight-saving change last 23 or 25 hours.
/// </summary>
/// <param name="asOf">The instant it shows first, for looking at a history that ended; null: now.</param>
public sealed class ShopClock(TimeProvider time, TimeZoneInfo zone, DateTimeOffset? asOf = null)
{
    private readonly TimeSpan _ahead = asOf is { } start ? start - time.GetUtcNow() : TimeSpan.Zero;

    public TimeZoneInfo Zone { get; } = zone;

    /// <summary>The IANA name, as both SQL engines understand it.</summary>
    public string ZoneName { get; } =
        zone.HasIanaId ? zone.Id : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var iana) ? iana : "UTC";

    public DateTimeOffset Now => time.GetUtcNow() + _ahead;

    public DateOnly Today => DateOf(Now);

    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);

    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone);

    /// <summary>The first instant of a shop day, in UTC. Where clocks jump over midnight, the first instant that exists.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        while (Zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    /// <summary>The shop days from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public TimeRange Days(DateOnly from, DateOnly to) => new(StartOf(from), StartOf(to.AddDays(1)));
}
