using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace BehaviorDashboard.Ingest;

/// <summary>
/// Braze's <c>/users/track</c>: <c>attributes</c>, <c>events</c> and <c>purchases</c>, as one batch of our own form. A person is
/// named by <c>external_id</c>, else by alias, Braze id, or the hash of an e-mail address. Purchases of one person at one
/// moment are one order, as Braze asks for: one purchase object a product, all at the same time.
/// </summary>
internal static class BrazeBody
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("[]").RootElement;

    private static readonly string[] NotTraits = ["external_id", "user_alias", "braze_id", "app_id", "_update_existing_only", "push_token_import", "_merge_objects"];

    // Braze's own names of what profiles here call by Segment's.
    private static readonly Dictionary<string, string> TraitNames = new(StringComparer.Ordinal) { ["first_name"] = "firstName", ["last_name"] = "lastName", ["home_city"] = "city", ["dob"] = "birthday" };

    /// <summary>A body of <c>/v1/batch</c>, and where in Braze's lists each of its events stood.</summary>
    internal sealed record Batch(byte[] Json, IReadOnlyList<(string List, int Index)> Places);

    /// <exception cref="JsonException">The body is not well-formed JSON.</exception>
    public static Batch ToBatch(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        var places = new List<(string, int)>();
        var batch = new ArrayBufferWriter<byte>(body.Length + 1_024);
        using (var writer = new Utf8JsonWriter(batch))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("batch");
            foreach (var (i, person) in List(json.RootElement, "attributes").Index())
            {
                Attributes(writer, person);
                places.Add(("attributes", i));
            }
            foreach (var (i, happened) in List(json.RootElement, "events").Index())
            {
                Event(writer, happened);
                places.Add(("events", i));
            }
            foreach (var (first, lines) in Orders(List(json.RootElement, "purchases")))
            {
                Purchase(writer, lines);
                places.Add(("purchases", first));
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return new Batch(batch.WrittenSpan.ToArray(), places);
    }

    /// <summary>Braze's own answer: 201, and what was not taken by list and index.</summary>
    public static Task AnswerAsync(HttpContext http, IngestOutcome outcome, Batch batch)
    {
        var errors = outcome.Errors.Select(e => new BrazeError($"{e.Field} {e.Reason}".Trim(), batch.Places[e.Index].List, batch.Places[e.Index].Index)).ToList();
        var refused = batch.Places.Count > 0 && errors.Count == batch.Places.Count;
        http.Response.StatusCode = refused ? StatusCodes.Status400BadRequest : StatusCodes.Status201Created;
        http.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(http.Response.Body, new BrazeReply(refused ? "Nothing was taken." : "success", errors.Count == 0 ? null : errors), IngestJson.Default.BrazeReply, http.RequestAborted);
    }

    private static JsonElement.ArrayEnumerator List(JsonElement root, string name) =>
        (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : Nothing).EnumerateArray();

    private static void Attributes(Utf8JsonWriter writer, JsonElement sent)
    {
        if (sent.ValueKind != JsonValueKind.Object)
        {
            sent.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("type", "identify");
        Person(writer, sent);
        writer.WriteStartObject("traits");
        foreach (var attribute in sent.EnumerateObject().Where(a => !NotTraits.Contains(a.Name)))
        {
            writer.WritePropertyName(TraitNames.GetValueOrDefault(attribute.Name, attribute.Name));
            attribute.Value.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Event(Utf8JsonWriter writer, JsonElement sent)
    {
        if (sent.ValueKind != JsonValueKind.Object)
        {
            sent.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("type", "track");
        Copy(writer, sent, "name", "event");
        Time(writer, sent);
        Person(writer, sent);
        Copy(writer, sent, "properties", "properties");
        writer.WriteEndObject();
    }

    /// <summary>Purchases of one person at one time (and of one order number, where it is said) belong together.</summary>
    private static List<(int First, List<JsonElement> Lines)> Orders(JsonElement.ArrayEnumerator purchases)
    {
        var orders = new OrderedDictionary<string, (int First, List<JsonElement> Lines)>();
        foreach (var (i, purchase) in purchases.Index())
        {
            var key = purchase.ValueKind != JsonValueKind.Object ? Guid.NewGuid().ToString() : string.Join('\n', Id(purchase), Text(purchase, "time"), Text(purchase, "currency"), OrderId(purchase));
            if (!orders.TryGetValue(key, out var order)) orders[key] = order = (i, []);
            order.Lines.Add(purchase);
        }
        return [.. orders.Values];
    }

    private static void Purchase(Utf8JsonWriter writer, List<JsonElement> lines)
    {
        var first = lines[0];
        if (first.ValueKind != JsonValueKind.Object)
        {
            first.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("type", "track");
        writer.WriteString("event", "Order Completed");
        Time(writer, first);
        Person(writer, first);
        writer.WriteStartObject("properties");
        writer.WriteString("order_id", OrderId(first) ?? Derived(lines));
        Copy(writer, first, "currency", "currency");
        writer.WriteStartArray("products");
        foreach (var line in lines)
        {
            writer.WriteStartObject();
            Copy(writer, line, "product_id", "product_id");
            Copy(writer, line, "price", "price");
            Copy(writer, line, "quantity", "quantity");
            if (line.TryGetProperty("properties", out var more) && more.ValueKind == JsonValueKind.Object)
                foreach (var property in more.EnumerateObject().Where(p => p.Name is not ("order_id" or "product_id" or "price" or "quantity" or "currency")))
                    property.WriteTo(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>ISO 8601, or Braze's <c>yyyy-MM-dd'T'HH:mm:ss:SSSZ</c> with a colon before the milliseconds.</summary>
    private static void Time(Utf8JsonWriter writer, JsonElement sent)
    {
        if (Text(sent, "time") is not { } time) return;
        var at = time.IndexOf('T', StringComparison.Ordinal);
        if (at > 0 && time.Length > at + 9 && time[at + 9] == ':') time = $"{time[..(at + 9)]}.{time[(at + 10)..]}";
        writer.WriteString("timestamp", time);
    }

    private static string? OrderId(JsonElement purchase) => purchase.TryGetProperty("properties", out var more) && more.ValueKind == JsonValueKind.Object ? Text(more, "order_id") : null;

    /// <summary>The same for the same purchases, so that a retry is the same order.</summary>
    private static string Derived(List<JsonElement> lines) =>
        "braze-" + XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l.GetRawText())))).ToString("x16", CultureInfo.InvariantCulture);

    private static void Person(Utf8JsonWriter writer, JsonElement sent)
    {
        if (Id(sent) is not { } id) return;
        writer.WriteString("userId", id);
    }

    private static string? Id(JsonElement sent)
    {
        if (Text(sent, "external_id") is { Length: > 0 } external) return external;
        if (sent.TryGetProperty("user_alias", out var alias) && alias.ValueKind == JsonValueKind.Object && Text(alias, "alias_name") is { } name) return $"{Text(alias, "alias_label")}:{name}";
        if (Text(sent, "braze_id") is { Length: > 0 } braze) return $"braze:{braze}";
        // As imports name people whom a file knows only by address: no personal data in the events.
        return Text(sent, "email") is { Length: > 0 } email ? "email-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())).AsSpan(0, 12)) : null;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    } : null;

    private static void Copy(Utf8JsonWriter writer, JsonElement from, string name, string asName)
    {
        if (!from.TryGetProperty(name, out var value)) return;
        writer.WritePropertyName(asName);
        value.WriteTo(writer);
    }
}

/// <summary>Braze's answer to <c>/users/track</c>.</summary>
internal sealed record BrazeReply(string Message, IReadOnlyList<BrazeError>? Errors);

internal sealed record BrazeError(string Type, [property: System.Text.Json.Serialization.JsonPropertyName("input_array")] string InputArray, int Index);
