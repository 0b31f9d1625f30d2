using System.Globalization;

namespace BehaviorDashboard.Imports;

/// <summary>Whether <c>03/04/2026</c> is in April or in March.</summary>
public enum DateOrder
{
    DayFirst,
    MonthFirst,
}

/// <summary>A time as it was written: local to the shop, or with the offset it was written with.</summary>
internal readonly record struct WrittenTime(DateTime Local, TimeSpan? Offset);

/// <summary>Dates and times as exports write them. Years come first, last, or as two digits; months also as English words.</summary>
internal static class Dates
{
    /// <summary>Which order a value proves: null where there is none to prove, or either would do (then <paramref name="unclear"/>).</summary>
    public static DateOrder? Proof(string text, out bool unclear)
    {
        unclear = false;
        if (!Split(text, out var date) || date.YearFirst) return null;
        // Nobody parts months first by points.
        if (date.Separator == '.') return DateOrder.DayFirst;
        if (date.First > 12) return DateOrder.DayFirst;
        if (date.Second > 12) return DateOrder.MonthFirst;
        unclear = date.First != date.Second;
        return null;
    }

    public static bool TryRead(string? text, DateOrder order, out WrittenTime time)
    {
        time = default;
        if (text is null) return false;
        if (!Split(text, out var date)) return TryWords(text, out time);
        var dayFirst = order == DateOrder.DayFirst || date.Separator == '.';
        var (year, month, day) = date.YearFirst ? (date.First, date.Second, date.Third)
            : (date.Third < 100 ? 2000 + date.Third : date.Third, dayFirst ? date.Second : date.First, dayFirst ? date.First : date.Second);
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        if (!TryClock(text.AsSpan(date.Length), out var clock, out var offset)) return false;
        time = new WrittenTime(new DateTime(year, month, day).Add(clock), offset);
        return true;
    }

    private readonly record struct Parts(int First, int Second, int Third, char Separator, bool YearFirst, int Length);

    /// <summary>Three numbers with the same separator at the start of the text.</summary>
    private static bool Split(string text, out Parts parts)
    {
        parts = default;
        var at = 0;
        if (!Number(text, ref at, out var first, out var digits) || at >= text.Length || text[at] is not ('-' or '/' or '.')) return false;
        var separator = text[at++];
        if (!Number(text, ref at, out var second, out _) || at >= text.Length || text[at++] != separator || !Number(text, ref at, out var third, out var lastDigits)) return false;
        var yearFirst = digits == 4;
        if (!yearFirst && lastDigits is not (2 or 4)) return false;
        parts = new Parts(first, second, third, separator, yearFirst, at);
        return true;
    }

    private static bool Number(string text, ref int at, out int number, out int digits)
    {
        number = 0;
        var start = at;
        while (at < text.Length && at - start < 5 && char.IsAsciiDigit(text[at])) number = number * 10 + (text[at++] - '0');
        digits = at - start;
        return digits > 0;
    }

    private static bool TryClock(ReadOnlySpan<char> text, out TimeSpan clock, out TimeSpan? offset)
    {
        (clock, offset) = (default, null);
        var rest = text.TrimStart('T').Trim();
        if (rest.Length == 0) return true;
        var zone = rest.EndsWith("UTC", StringComparison.OrdinalIgnoreCase) ? 3 : rest[^1] is 'Z' or 'z' ? 1 : 0;
        if (zone > 0)
        {
            rest = rest[..^zone].TrimEnd();
            offset = TimeSpan.Zero;
        }
        else if (rest.LastIndexOfAny('+', '-') is var sign and > 0)
        {
            if (!TryOffset(rest[sign..], out var read)) return false;
            rest = rest[..sign].TrimEnd();
            offset = read;
        }
        var afternoon = rest.EndsWith("PM", StringComparison.OrdinalIgnoreCase);
        var twelve = afternoon || rest.EndsWith("AM", StringComparison.OrdinalIgnoreCase);
        if (twelve) rest = rest[..^2].TrimEnd();
        // A day has no hour 24 in this format, and "10" alone would be ten days.
        if (!rest.Contains(':') || !TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out clock) || clock.Days != 0 || clock < TimeSpan.Zero) return false;
        if (!twelve) return true;
        if (clock.Hours is 0 or > 12) return false;
        clock += TimeSpan.FromHours((clock.Hours == 12 ? -12 : 0) + (afternoon ? 12 : 0));
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        var digits = text[1..].ToString().Replace(":", "", StringComparison.Ordinal);
        var whole = digits.Length == 2 ? digits + "00" : digits;
        offset = default;
        if (whole.Length != 4 || !int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var hhmm) || hhmm > 1400 || hhmm % 100 > 59) return false;
        offset = TimeSpan.FromMinutes((hhmm / 100 * 60 + hhmm % 100) * (text[0] == '-' ? -1 : 1));
        return true;
    }

    /// <summary><c>4 Mar 2026</c>, <c>March 4, 2026 10:00</c>, <c>20260304</c>, seconds or milliseconds since 1970.</summary>
    private static bool TryWords(string text, out WrittenTime time)
    {
        time = default;
        if (text.Length == 8 && DateTime.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var compact))
        {
            time = new WrittenTime(compact, null);
            return true;
        }
        if (text.Length is 10 or 13 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
        {
            time = new WrittenTime(DateTime.UnixEpoch.AddMilliseconds(text.Length == 10 ? epoch * 1000 : epoch), TimeSpan.Zero);
            return true;
        }
        if (!text.AsSpan().ContainsAnyInRange('A', 'z') || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)) return false;
        var zoned = text.Contains('+', StringComparison.Ordinal) || text.Contains("GMT", StringComparison.OrdinalIgnoreCase) || text.EndsWith('Z');
        time = new WrittenTime(parsed.DateTime, zoned ? parsed.Offset : null);
        return true;
    }
}
