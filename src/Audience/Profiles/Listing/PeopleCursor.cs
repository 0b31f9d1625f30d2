using System.Globalization;

namespace BehaviorDashboard.Profiles;

/// <summary>Where a page of people ended: among those who ordered, or among the others behind them.</summary>
internal sealed record PeopleCursor(bool Behind, DateTimeOffset Time, decimal Number, string Key)
{
    private static readonly DateTimeOffset Last = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Before everybody of a part.</summary>
    public static PeopleCursor StartOf(bool behind) => new(behind, Last, 99_999_999_999_999m, "\uFFFF");

    public static string Write(PeopleQuery query, bool behind, Person last)
    {
        var value = behind || query.Sort is "seen" ? last.LastSeen.UtcTicks : query.Sort switch
        {
            "revenue" => last.NetRevenue,
            "orders" => last.Orders,
            _ => (last.LastOrderAt ?? default).UtcTicks,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{(behind ? 1 : 0)}~{value}~{last.Key}");
    }

    /// <returns>The start where the text is none of ours.</returns>
    public static PeopleCursor Parse(string? text)
    {
        if (text?.Split('~', 3) is not [var part, var number, var key] || !decimal.TryParse(number, NumberStyles.Number, CultureInfo.InvariantCulture, out var value) || Math.Abs(value) >= 1e19m) return StartOf(false);
        var ticks = value > 0 && value <= DateTime.MaxValue.Ticks ? (long)value : 0;
        return new PeopleCursor(part == "1", new DateTimeOffset(ticks, TimeSpan.Zero), Math.Clamp(value, -99_999_999_999_999m, 99_999_999_999_999m), key.Replace("\0", "", StringComparison.Ordinal));
    }
}
