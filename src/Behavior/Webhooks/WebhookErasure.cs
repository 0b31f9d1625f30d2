using System.Text.Json.Nodes;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Webhooks;

/// <summary>Takes a person out of messages that have not been delivered; delivered ones keep no body.</summary>
internal sealed class WebhookErasure(WebhookStore store) : IPersonalData, IPersonalExport
{
    private const string Key = "user_id";

    public async Task<IReadOnlyList<PersonalRecords>> CountAsync(ErasedPerson person, CancellationToken cancel = default) => [new("messages", (await NamingAsync(person, cancel)).Count)];

    // A message names others as well: that there are such messages is handed out, not what they hold.
    public async Task<IReadOnlyList<PersonalTable>> ExportAsync(ErasedPerson person, CancellationToken cancel = default) =>
        [new PersonalTable("messages", ["undelivered"], [.. (await NamingAsync(person, cancel)).Select(m => (IReadOnlyList<object?>)[m.MessageId])])];

    public async Task EraseAsync(ErasedPerson person)
    {
        foreach (var message in await NamingAsync(person, default))
        {
            var body = JsonNode.Parse(message.Body)!;
            Clear(body, person);
            await store.SetBodyAsync(message with { Body = body.ToJsonString() });
        }
    }

    private async Task<List<DueMessage>> NamingAsync(ErasedPerson person, CancellationToken cancel) =>
        [.. (await store.BodiesAsync(cancel)).Where(m => JsonNode.Parse(m.Body) is { } body && Clear(body, person))];

    /// <returns>Whether the person was there.</returns>
    private static bool Clear(JsonNode node, ErasedPerson person)
    {
        switch (node)
        {
            case JsonArray list:
                var there = list.RemoveAll(n => n is JsonObject o && o[Key] is JsonValue value && value.TryGetValue<string>(out var key) && person.Keys.Contains(key)) > 0;
                foreach (var item in list) there |= item is not null && Clear(item, person);
                return there;
            case JsonObject fields:
                return fields.Select(f => f.Value).OfType<JsonNode>().ToList().Aggregate(false, (found, value) => Clear(value, person) || found);
            default: return false;
        }
    }
}
