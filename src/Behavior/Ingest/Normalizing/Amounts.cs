using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace BehaviorDashboard.Ingest;

/// <summary>Numbers as shops send them: JSON numbers, or text with currency signs and either separator.</summary>
internal static class Amounts
{
    private const decimal Largest = 99_999_999_999_999m;

    /// <summary>Reads the current token; null and empty text are no amount.</summary>
    /// <returns>False when there is something that is not an amount, or one the store cannot hold.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, out decimal? amount)
    {
        amount = null;
        decimal parsed;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.Number:
                if (!Utf8Parser.TryParse(reader.ValueSpan, out parsed, out var used) || used != reader.ValueSpan.Length)
                    if (!reader.TryGetDecimal(out parsed)) return false;
                break;
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 64) return false;
                var text = reader.ValueIsEscaped ? SafeText(ref reader) : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
                if (string.IsNullOrWhiteSpace(text)) return true;
                if (!TryParse(text, out parsed)) return false;
                break;
            default:
                return false;
        }
        if (parsed is > Largest or < -Largest) return false;
        amount = Math.Round(parsed, 4, MidpointRounding.AwayFromZero);
        return true;
    }

    /// <summary>
    /// "1,234.50", "1.234,50", "1 234,5", "$12", "12 EUR". Where both separators stand, the last one is the decimal's; a
    /// comma alone is the decimal's unless three digits follow it; a point alone is the decimal's unless it repeats.
    /// </summary>
    public static bool TryParse(string text, out decimal amount)
    {
        amount = 0;
        Span<char> digits = stackalloc char[64];
        var length = 0;
        foreach (var c in text)
        {
            if (length == digits.Length) return false;
            if (char.IsAsciiDigit(c) || c is '.' or ',' or '-') digits[length++] = c;
            else if (c == '\u2212') digits[length++] = '-';
            else if (!char.IsWhiteSpace(c) && c != '\'' && c != '+' && !char.IsLetter(c) && char.GetUnicodeCategory(c) != UnicodeCategory.CurrencySymbol) return false;
        }
        var number = digits[..length];
        if (number.Length == 0 || CountLetters(text) > 3) return false;
        var comma = number.LastIndexOf(',');
        var point = number.LastIndexOf('.');
        var decimalAt = comma >= 0 && point >= 0 ? Math.Max(comma, point)
            : comma >= 0 ? number.Count(',') == 1 && number.Length - comma - 1 != 3 ? comma : -1
            : point >= 0 && number.Count('.') == 1 ? point : -1;
        Span<char> plain = stackalloc char[64];
        var plainLength = 0;
        for (var i = 0; i < number.Length; i++)
        {
            if (i == decimalAt) plain[plainLength++] = '.';
            else if (number[i] is not ('.' or ',')) plain[plainLength++] = number[i];
        }
        return decimal.TryParse(plain[..plainLength], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount);
    }

    private static int CountLetters(string text)
    {
        var letters = 0;
        foreach (var c in text)
            if (char.IsLetter(c)) letters++;
        return letters;
    }

    private static string SafeText(ref Utf8JsonReader reader) => JsonText.Text(ref reader, Uncached);

    private static readonly StringCache Uncached = new();
}
