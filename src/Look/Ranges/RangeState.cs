using System.Globalization;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.WebUtilities;

namespace BehaviorDashboard.Look;

/// <summary>
/// The stretch of time a page shows, and whether it is compared with the stretch before: read from and written to the
/// address (<c>?range=7d&amp;compare=1</c>, <c>?range=custom&amp;from=2026-01-01&amp;to=2026-01-31</c>), so that a link shows the same.
/// </summary>
/// <param name="Key">One of <see cref="Presets"/>, or <see cref="Custom"/>.</param>
/// <param name="Range">From (included) to (excluded), in UTC.</param>
public sealed record RangeState(string Key, TimeRange Range, bool Compare)
{
    public const string Custom = "custom";

    /// <summary>Keys in the order shown, each with the letter that chooses it.</summary>
    public static IReadOnlyList<(string Key, char Hotkey)> Presets { get; } =
        [("5m", '5'), ("1h", 'h'), ("24h", 'd'), ("7d", 'w'), ("30d", 'm'), ("12m", 'y')];

    /// <summary>The compare period, when one is asked for.</summary>
    public TimeRange? Before => Compare ? Range.Previous : null;

    /// <summary>Moves with the clock; a custom range stands still.</summary>
    public bool IsRolling => Key != Custom;

    /// <summary>Reads the state from an address; what is missing or wrong falls back to <paramref name="fallback"/>.</summary>
    public static RangeState From(string uri, ShopClock clock, string fallback = "24h")
    {
        var query = QueryHelpers.ParseQuery(new Uri(uri, UriKind.RelativeOrAbsolute) is { IsAbsoluteUri: true } full ? full.Query : uri[Math.Max(0, uri.IndexOf('?', StringComparison.Ordinal))..]);
        var compare = !query.TryGetValue("compare", out var c) || c != "0";
        var key = query.TryGetValue("range", out var r) ? r.ToString() : fallback;
        if (key == Custom && Day(query, "from") is { } from && Day(query, "to") is { } to && from <= to)
            return new RangeState(Custom, clock.Days(from, to), compare);
        if (Presets.All(p => p.Key != key)) key = fallback;
        return new RangeState(key, Rolling(key, clock), compare);

        static DateOnly? Day(Dictionary<string, Microsoft.Extensions.Primitives.StringValues> query, string name) =>
            query.TryGetValue(name, out var text)
            && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
    }

    /// <summary>The same choice, ending now: for pages that stay open.</summary>
    public RangeState Refreshed(ShopClock clock) => IsRolling ? this with { Range = Rolling(Key, clock) } : this;

    /// <summary>What reports of it are kept under.</summary>
    public RangeKey Kept => new(Key, IsRolling ? null : Range);

    internal static TimeRange Rolling(string key, ShopClock clock)
    {
        var now = clock.Now;
        return key switch
        {
            "5m" => TimeRange.Last(TimeSpan.FromMinutes(5), now),
            "1h" => TimeRange.Last(TimeSpan.FromHours(1), now),
            "12m" => new TimeRange(clock.StartOf(clock.Today.AddMonths(-12).AddDays(1)), now),
            [.. var days, 'd'] => new TimeRange(clock.StartOf(clock.Today.AddDays(1 - int.Parse(days, CultureInfo.InvariantCulture))), now),
            _ => TimeRange.Last(TimeSpan.FromHours(24), now),
        };
    }
}
