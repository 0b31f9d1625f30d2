using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ingest;

namespace BehaviorDashboard.Imports;

/// <summary>
/// A row an event, handed to the same normaliser that the API uses. Without a message id its id is the hash of the row, so
/// that rows alike in every column are one event.
/// </summary>
internal sealed class MappedEvents(ColumnMapping mapping, EventNormalizer normalizer) : MappedRows(mapping)
{
    private static readonly string[] Texts = ["product_id", "category", "currency", "order_id", "session_id", "query", "url"];
    private static readonly string[] Numeric = ["price", "quantity", "revenue"];

    protected override (string Column, string Reason)? Read(TableRow row, MappedColumns columns, FileFormat format, ImportContext context, out Unit? unit)
    {
        unit = null;
        if (columns.Of(row, "event") is not { } name) return (columns.Name("event"), "is empty");
        if (format.Time(columns.Of(row, "date"), out var written) is { } badTime) return (columns.Name("date"), badTime);
        var content = ContentHash.OfRows([row.Values]);
        var json = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "track");
            writer.WriteString("event", name);
            writer.WriteString("messageId", columns.Of(row, "message_id") ?? $"row:{content:x16}");
            writer.WriteString("timestamp", context.Instant(written).ToString("O", CultureInfo.InvariantCulture));
            if (columns.Of(row, "customer_id") is { } user) writer.WriteString("userId", user);
            if (columns.Of(row, "anonymous_id") is { } device) writer.WriteString("anonymousId", device);
            writer.WriteStartObject("properties");
            foreach (var field in Texts)
                if (columns.Of(row, field) is { } text) writer.WriteString(field, text);
            foreach (var field in Numeric)
            {
                if (format.Number(columns.Of(row, field), out var number) is { } badNumber) return (columns.Name(field), badNumber);
                if (number is { } amount) writer.WriteNumber(field, amount);
            }
            foreach (var place in columns.Rest)
                if (row[place] is { } value) writer.WriteString(row.Columns.Names[place], value);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        var rows = new List<ShopEvent>();
        if (normalizer.Normalize(json.WrittenSpan, new Arrival(context.Now, context.SourceId), rows) is { } rejected) return (ColumnOf(rejected.Field, columns), rejected.Reason);
        unit = Ndjson.Event(Encoding.UTF8.GetString(json.WrittenSpan), row.Line, rows);
        return null;
    }

    private static string ColumnOf(string field, MappedColumns columns) => field switch
    {
        "userId" => columns.Name("customer_id"),
        "messageId" => columns.Name("message_id"),
        _ when field.StartsWith("properties.", StringComparison.Ordinal) => columns.Name(field["properties.".Length..]),
        _ => field,
    };
}
