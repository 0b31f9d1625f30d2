using System.Globalization;

namespace BehaviorDashboard.Segments;

/// <summary>A number written as text, the same in a rule, in C# and in SQL: digits, at most one point, no exponent.</summary>
public static class TextNumber
{
    /// <summary>Of an SQL text expression; null where it is no number.</summary>
    public static string Sql(string text) => $"(case when {text} ~ '^-?[0-9]{{1,13}}([.][0-9]{{1,9}})?$' then cast({text} as decimal(28, 9)) end)";

    public static decimal? Parse(string? text)
    {
        if (text is null || text.Length > 24) return null;
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var part = point < 0 ? [] : digits[(point + 1)..];
        if (whole.Length is < 1 or > 13 || (point >= 0 && part.Length is < 1 or > 9)) return null;
        if (whole.ContainsAnyExceptInRange('0', '9') || part.ContainsAnyExceptInRange('0', '9')) return null;
        return decimal.Parse(text, CultureInfo.InvariantCulture);
    }
}
