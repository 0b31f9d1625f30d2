using System.Text.Json;

namespace BehaviorDashboard.Ingest;

/// <summary>A request body taken apart: where each event stands in it, and what holds for all of them.</summary>
internal sealed class Envelope
{
    private static readonly StringCache Cache = new();

    public List<Range> Events { get; } = [];

    public string? WriteKey { get; private set; }

    public DateTimeOffset? SentAt { get; private set; }

    public DateTimeOffset? Timestamp { get; private set; }

    public string? UserId { get; private set; }

    public string? AnonymousId { get; private set; }

    public Range? Context { get; private set; }

    public Range? Traits { get; private set; }

    /// <summary>True where the body is one event rather than a batch.</summary>
    public bool Single { get; private set; }

    /// <param name="list">Name of the member that holds the events: <c>batch</c>, or <c>events</c> for GA4.</param>
    /// <exception cref="JsonException">The body is not well-formed JSON.</exception>
    public static Envelope Open(ReadOnlySpan<byte> json, EventShape shape)
    {
        var envelope = new Envelope();
        var list = shape == EventShape.Ga4 ? "events"u8 : "batch"u8;
        var reader = new Utf8JsonReader(json, JsonText.AnyDepth);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray) envelope.ReadEvents(ref reader);
        else if (reader.TokenType == JsonTokenType.StartObject) envelope.ReadMembers(ref reader, json, list);
        else throw new JsonException("The body must be a JSON object.", null, 0, 0);
        // PostHog's browser client puts the key into each event.
        if (shape == EventShape.PostHog && envelope.WriteKey is null && envelope.Events.Count > 0) envelope.WriteKey = TokenOf(json[envelope.Events[0]]);
        // Whatever follows the value is malformed too.
        while (reader.Read()) { }
        return envelope;
    }

    private static string? TokenOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonText.AnyDepth);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isProperties = reader.ValueTextEquals("properties"u8);
            var isToken = reader.ValueTextEquals("token"u8) || reader.ValueTextEquals("api_key"u8);
            reader.Read();
            if (isToken) return JsonText.Filled(ref reader, Cache);
            var start = (int)reader.TokenStartIndex;
            JsonText.Skip(ref reader);
            if (isProperties && json[start] == (byte)'{' && TokenOf(json[start..(int)reader.BytesConsumed]) is { } token) return token;
        }
        return null;
    }

    private void ReadMembers(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ReadOnlySpan<byte> list)
    {
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isList = reader.ValueTextEquals(list);
            var isKey = reader.ValueTextEquals("writeKey"u8) || reader.ValueTextEquals("api_key"u8);
            var isSent = reader.ValueTextEquals("sentAt"u8) || reader.ValueTextEquals("sent_at"u8);
            var isMicros = reader.ValueTextEquals("timestamp_micros"u8);
            var isUser = reader.ValueTextEquals("user_id"u8);
            var isClient = reader.ValueTextEquals("client_id"u8) || reader.ValueTextEquals("app_instance_id"u8);
            var isContext = reader.ValueTextEquals("context"u8);
            var isTraits = reader.ValueTextEquals("user_properties"u8);
            reader.Read();
            if (isList && reader.TokenType == JsonTokenType.StartArray)
            {
                found = true;
                ReadEvents(ref reader);
                continue;
            }
            var start = (int)reader.TokenStartIndex;
            if (isKey) WriteKey = JsonText.Filled(ref reader, Cache);
            else if (isSent && Times.TryRead(ref reader, Cache, out var sent)) SentAt = sent;
            else if (isMicros && Times.TryRead(ref reader, Cache, out var at)) Timestamp = at;
            else if (isUser) UserId = JsonText.Filled(ref reader, Cache);
            else if (isClient) AnonymousId = JsonText.Filled(ref reader, Cache);
            JsonText.Skip(ref reader);
            if (isContext && json[start] == (byte)'{') Context = start..(int)reader.BytesConsumed;
            if (isTraits && json[start] == (byte)'{') Traits = start..(int)reader.BytesConsumed;
        }
        if (found) return;
        Single = true;
        Events.Add(0..(int)reader.BytesConsumed);
    }

    private void ReadEvents(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            JsonText.Skip(ref reader);
            Events.Add(start..(int)reader.BytesConsumed);
        }
    }
}
