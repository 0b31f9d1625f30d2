using System.Text;
using System.Text.Json;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ingest;

namespace BehaviorDashboard.Imports;

/// <summary>Events as the API takes them, one JSON object a line.</summary>
internal sealed class Ndjson(EventNormalizer normalizer) : IPreset
{
    private static readonly Columns NoColumns = new([]);

    public string Name => "ndjson";

    public Layout? Layout => null;

    public bool BeginsLike(string start) => start.AsSpan().TrimStart().StartsWith("{");

    public IEnumerable<Unit> Read(SourceFile file, ImportContext context, bool join)
    {
        foreach (var (line, text) in Lines.Read(file.Reader))
        {
            if (text is null)
            {
                context.Skip(file.Path, new TableRow(line, NoColumns, []), "", "is longer than an event may be");
                continue;
            }
            if (string.IsNullOrWhiteSpace(text)) continue;
            var row = new TableRow(line, NoColumns, [text]);
            var rows = new List<ShopEvent>();
            if (Problem(text, context, rows) is { } problem) context.Skip(file.Path, row, problem.Field, problem.Reason);
            else yield return Event(text, line, rows);
        }
    }

    private Rejection? Problem(string text, ImportContext context, List<ShopEvent> rows)
    {
        try
        {
            var json = Encoding.UTF8.GetBytes(text);
            using var whole = JsonDocument.Parse(json);
            if (whole.RootElement.ValueKind == JsonValueKind.Object && !whole.RootElement.TryGetProperty("messageId", out _))
                return new Rejection(RejectionCodes.InvalidId, "messageId", "is missing: a file without message ids could not be imported twice without doubling.");
            return normalizer.Normalize(json, new Arrival(context.Now, context.SourceId), rows);
        }
        catch (JsonException problem)
        {
            return new Rejection(RejectionCodes.NotAnObject, "", $"is not well-formed JSON at byte {problem.BytePositionInLine + 1}");
        }
    }

    internal static Unit Event(string text, int line, List<ShopEvent> rows)
    {
        var kind = rows[0].Name switch
        {
            EventNames.OrderCompleted => "order",
            EventNames.OrderRefunded => "return",
            _ => "event",
        };
        return new Unit(kind, rows[0].MessageId, 1, line)
        {
            Content = ContentHash.OfText(text),
            Events = rows,
            Customer = rows[0].UserId,
            Revenue = kind == "event" ? 0 : rows[0].Revenue ?? 0,
            Products = [.. rows.Select(r => r.ProductId).OfType<string>()],
        };
    }
}
