using System.Globalization;
using System.Text;
using System.Text.Json;

namespace BehaviorDashboard.Ingest;

/// <summary>Reads JSON tokens into strings that every store can hold: no NUL, no half surrogates.</summary>
internal static class JsonText
{
    /// <summary>For what was not looked at yet: one event that nests without end must not take its batch along.</summary>
    public static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = 1_000_000 };

    /// <summary>The first characters of a text, never half of one.</summary>
    public static string Cut(string text, int longest) =>
        text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];

    /// <summary>A string, number or truth value as text; null for null, objects and arrays (which are skipped).</summary>
    public static string? Scalar(ref Utf8JsonReader reader, StringCache cache)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: return Text(ref reader, cache);
            case JsonTokenType.Number: return cache.Get(reader.ValueSpan);
            case JsonTokenType.True: return "true";
            case JsonTokenType.False: return "false";
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>As <see cref="Scalar"/>, trimmed, with empty as null: what an id or a name may be.</summary>
    public static string? Filled(ref Utf8JsonReader reader, StringCache cache)
    {
        var text = Scalar(ref reader, cache)?.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The value of a string or property name token.</summary>
    public static string Text(ref Utf8JsonReader reader, StringCache cache) =>
        reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : cache.Get(reader.ValueSpan);

    /// <summary>Steps over the current value.</summary>
    /// <returns>How deep it nests: 0 for a scalar.</returns>
    public static int Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return 0;
        var start = reader.CurrentDepth;
        var deepest = start;
        while (reader.Read() && reader.CurrentDepth > start)
            if (reader.CurrentDepth > deepest) deepest = reader.CurrentDepth;
        return deepest - start + 1;
    }

    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        while (escaped.IndexOf((byte)'\\') is var at and >= 0)
        {
            text.Append(Encoding.UTF8.GetString(escaped[..at]));
            var kind = (char)escaped[at + 1];
            if (kind != 'u')
            {
                text.Append(kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => kind });
                escaped = escaped[(at + 2)..];
                continue;
            }
            var unit = Unit(escaped[at..]);
            escaped = escaped[(at + 6)..];
            if (char.IsHighSurrogate(unit) && escaped.StartsWith("\\u"u8) && Unit(escaped) is var low && char.IsLowSurrogate(low))
            {
                text.Append(unit).Append(low);
                escaped = escaped[6..];
            }
            else if (char.IsSurrogate(unit)) text.Append('\uFFFD');
            else if (unit != '\0') text.Append(unit);
        }
        return text.Append(Encoding.UTF8.GetString(escaped)).ToString();
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
