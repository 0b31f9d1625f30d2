using System.Buffers;
using System.Globalization;

namespace BehaviorDashboard.Imports;

/// <summary>The character before the fraction; the other one, blanks and apostrophes then part thousands.</summary>
public enum DecimalMark
{
    Point,
    Comma,
}

/// <summary>Numbers as spreadsheets of several countries write them.</summary>
internal static class Numbers
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("0123456789.-");

    /// <summary>Which mark a value proves: null where it has none or either would do (<c>1.234</c>, then <paramref name="unclear"/>).</summary>
    public static DecimalMark? Proof(string text, out bool unclear)
    {
        unclear = false;
        var point = text.LastIndexOf('.');
        var comma = text.LastIndexOf(',');
        if (point < 0 && comma < 0) return null;
        if (point >= 0 && comma >= 0) return point > comma ? DecimalMark.Point : DecimalMark.Comma;
        var (mark, other, at) = point >= 0 ? (DecimalMark.Point, DecimalMark.Comma, point) : (DecimalMark.Comma, DecimalMark.Point, comma);
        if (text.IndexOf(text[at], StringComparison.Ordinal) != at) return other;
        var before = Digits(text.AsSpan(0, at));
        if (Digits(text.AsSpan(at + 1)) != 3 || before is 0 or > 3 || text.AsSpan(0, at).TrimStart("-+$€£¥ ").StartsWith("0")) return mark;
        unclear = true;
        return null;
    }

    public static bool TryRead(string? text, DecimalMark mark, out decimal number)
    {
        number = 0;
        if (text is null) return false;
        // Most values are plain: no thousands, no currency.
        if (mark == DecimalMark.Point && text.AsSpan().IndexOfAnyExcept(Plain) < 0) return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
        Span<char> plain = stackalloc char[64];
        return Strip(text, mark, plain, out var length) && decimal.TryParse(plain[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>The number without currency and thousands; false where thousands are not parted by three.</summary>
    private static bool Strip(string text, DecimalMark mark, Span<char> plain, out int length)
    {
        length = 0;
        var (point, grouping) = mark == DecimalMark.Point ? ('.', ',') : (',', '.');
        var since = -1;
        var fraction = false;
        foreach (var c in text)
        {
            if (c is '$' or '€' or '£' or '¥' or ' ' or '\u00A0' or '\u202F' or '\'') continue;
            if (c == grouping)
            {
                if (fraction || since is >= 0 and not 3) return false;
                since = 0;
                continue;
            }
            if (length == plain.Length) return false;
            if (c == point)
            {
                if (fraction || since is >= 0 and not 3) return false;
                (fraction, since) = (true, -1);
            }
            else if (since >= 0 && char.IsAsciiDigit(c)) since++;
            plain[length++] = c == point ? '.' : c;
        }
        return since is < 0 or 3;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var c in text)
            if (char.IsAsciiDigit(c)) count++;
        return count;
    }
}
