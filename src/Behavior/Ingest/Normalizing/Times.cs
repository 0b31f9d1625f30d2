using System.Globalization;
using System.Text.Json;

namespace BehaviorDashboard.Ingest;

/// <summary>Instants as senders write them. Text without a zone is UTC, as Segment reads it.</summary>
internal static class Times
{
    private const long LastSecond = 253_402_300_799;

    /// <summary>Reads the current token: ISO 8601, another unambiguous date, or a number since 1970 in s, ms or µs.</summary>
    /// <returns>False when there is something that is no instant; null is none.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, StringCache cache, out DateTimeOffset? instant)
    {
        instant = null;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return true;
            case JsonTokenType.Number:
                if (!reader.TryGetDouble(out var number) || FromEpoch(number) is not { } at) return false;
                instant = at;
                return true;
            case JsonTokenType.String:
                if (!reader.ValueIsEscaped && reader.TryGetDateTimeOffset(out var iso) && HasZone(reader.ValueSpan))
                {
                    instant = iso.ToUniversalTime();
                    return true;
                }
                var text = JsonText.Text(ref reader, cache);
                if (string.IsNullOrWhiteSpace(text)) return true;
                instant = Parse(text);
                return instant is not null;
            default:
                return false;
        }
    }

    public static DateTimeOffset? Parse(string text)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces, out var parsed))
            return parsed;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? FromEpoch(number) : null;
    }

    private static DateTimeOffset? FromEpoch(double number)
    {
        var seconds = Math.Abs(number) switch
        {
            < 1e11 => number,
            < 1e14 => number / 1e3,
            < 1e17 => number / 1e6,
            _ => number / 1e9,
        };
        return double.IsFinite(seconds) && Math.Abs(seconds) < LastSecond && seconds > -62_135_596_800
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : null;
    }

    private static bool HasZone(ReadOnlySpan<byte> iso) =>
        iso.Length > 10 && (iso[^1] == 'Z' || iso[11..].IndexOfAny((byte)'+', (byte)'-') >= 0);
}
