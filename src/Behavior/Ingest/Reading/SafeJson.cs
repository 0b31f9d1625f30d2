using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BehaviorDashboard.Ingest;

/// <summary>
/// JSON that every reader of the store can read again. Grammar allows escapes that are no text (half a surrogate pair,
/// NUL) and names that come twice; the engines and parsers behind us refuse either, for the whole table or the whole commit.
/// </summary>
internal static class SafeJson
{
    private static readonly StringCache Cache = new();
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Whether the raw text may hold such escapes.</summary>
    public static bool Suspect(ReadOnlySpan<byte> json) => json.IndexOf("\\u"u8) >= 0;

    /// <summary>The same value with every name and text made storable, and changed by <paramref name="change"/>.</summary>
    public static byte[] Rewrite(ReadOnlySpan<byte> json, Func<string, string> change)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read()) Copy(ref reader, writer, change);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One text token, quotes included, as the text it stands for.</summary>
    public static string Text(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? JsonText.Text(ref reader, Cache) : "";
    }

    /// <summary>A JSON object whose names are distinct: of one that comes twice, the last counts.</summary>
    public static string Distinct(ReadOnlySpan<byte> json)
    {
        var members = new OrderedDictionary<string, Range>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Text(ref reader, Cache);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            JsonText.Skip(ref reader);
            members[name] = start..(int)reader.BytesConsumed;
        }
        var buffer = new ArrayBufferWriter<byte>(json.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            foreach (var (name, range) in members)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(Suspect(json[range]) ? Rewrite(json[range], static t => t) : json[range], skipInputValidation: true);
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer, Func<string, string> change)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: writer.WriteStartObject(); break;
            case JsonTokenType.EndObject: writer.WriteEndObject(); break;
            case JsonTokenType.StartArray: writer.WriteStartArray(); break;
            case JsonTokenType.EndArray: writer.WriteEndArray(); break;
            case JsonTokenType.PropertyName: writer.WritePropertyName(change(JsonText.Text(ref reader, Cache))); break;
            case JsonTokenType.String: writer.WriteStringValue(change(JsonText.Text(ref reader, Cache))); break;
            default: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
        }
    }
}
