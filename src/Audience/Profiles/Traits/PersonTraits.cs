using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Profiles;

/// <summary>A change of a trait made on the page.</summary>
public sealed record TraitChange(string Trait, string? Before, string? After, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>What a trait may be.</summary>
public enum TraitType
{
    Text,
    Number,
    YesNo,
    Date,
}

/// <summary>
/// Edits what is known of a person by hand. A change goes the way every trait goes, as an event through the writer, so that
/// segments, merges and consent see it as if the shop had sent it.
/// </summary>
public sealed class PersonTraits
{
    private const int LongestName = 64;
    private const int LongestText = 2_000;

    /// <summary>Source of events that come from the page.</summary>
    public const string Source = "page";

    private readonly PeopleStore _people;
    private readonly TraitStore _store;
    private readonly EventWriter _writer;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal PersonTraits(PeopleStore people, TraitStore store, EventWriter writer, IAuditLog audit, TimeProvider time) =>
        (_people, _store, _writer, _audit, _time) = (people, store, writer, audit, time);

    /// <summary>Traits by name as text; what is not text as its JSON.</summary>
    public static IReadOnlyDictionary<string, string> Read(string? json)
    {
        if (json is null) return new Dictionary<string, string>();
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().GroupBy(p => p.Name).ToDictionary(g => g.Key, g => Words(g.Last().Value));
    }

    /// <summary>A value as people read it: an address is its parts, not JSON.</summary>
    private static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(p => $"{p.Name}: {Words(p.Value)}")),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Words)),
        _ => value.ToString(),
    };

    /// <summary>What kind of value a trait has now; null where it cannot be edited as one value.</summary>
    public static TraitType? TypeOf(JsonNode? value) => value switch
    {
        JsonValue v when v.TryGetValue(out bool _) => TraitType.YesNo,
        JsonValue v when v.TryGetValue(out string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? TraitType.Date : TraitType.Text,
        JsonValue => TraitType.Number,
        _ => null,
    };

    /// <param name="written">As somebody typed it.</param>
    /// <param name="problem">Resource key of what is wrong with it, when the result is null.</param>
    public static JsonNode? Parse(TraitType type, string written, out string? problem)
    {
        problem = null;
        var text = written.Trim();
        switch (type)
        {
            case TraitType.Number when decimal.TryParse(text, NumberStyles.Number & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number): return JsonValue.Create(number);
            case TraitType.YesNo when bool.TryParse(text, out var flag): return JsonValue.Create(flag);
            case TraitType.Date when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day): return JsonValue.Create(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            case TraitType.Text when text.Length is > 0 and <= LongestText && !text.Contains('\0', StringComparison.Ordinal): return JsonValue.Create(text);
            default:
                problem = "TraitProblem." + type;
                return null;
        }
    }

    /// <returns>Resource key of what is wrong with a trait's name; null when it is fine.</returns>
    public static string? NameProblem(string name) =>
        name.Length is 0 or > LongestName || name.Any(c => char.IsControl(c) || c is '"' or '\\') ? "TraitProblem.Name" : null;

    /// <summary>Changes made by hand, newest first.</summary>
    public async Task<IReadOnlyList<TraitChange>> ChangesAsync(string person, CancellationToken cancel = default) => await _store.ChangesAsync(await _people.KeysAsync(person, cancel), cancel);

    /// <param name="value">Null removes the trait.</param>
    /// <returns>Whether somebody has this key and something changed.</returns>
    public async Task<bool> SetAsync(string key, string trait, JsonNode? value, string by)
    {
        if (NameProblem(trait) is { } problem) throw new ArgumentException(problem, nameof(trait));
        if (await _people.FindAsync(key, default) is not { } person) return false;
        var before = (person.Traits is null ? null : JsonNode.Parse(person.Traits)?[trait])?.ToJsonString();
        var after = value?.ToJsonString();
        if (before == after) return false;
        var now = _time.GetUtcNow();
        var anonymous = PersonKey.IsAnonymous(person.Key);
        await _writer.AppendAsync([new ShopEvent
        {
            MessageId = "page-" + Guid.CreateVersion7(now).ToString("N"),
            ReceivedAt = now,
            // Being edited is not being seen.
            OccurredAt = person.LastSeen,
            Type = EventTypes.Identify,
            Name = EventTypes.Identify,
            SourceId = Source,
            UserId = anonymous ? null : person.Key,
            AnonymousId = anonymous ? person.Key[PersonKey.AnonymousPrefix.Length..] : null,
            OutsideSessions = true,
            Traits = new JsonObject { [trait] = value?.DeepClone() }.ToJsonString(),
        }]);
        await _store.AddAsync(person.Key, new TraitChange(trait, before, after, now, by));
        await _audit.RecordAsync(new AuditEntry("person.trait_changed", person.Key, JsonSerializer.Serialize(new { trait })), CancellationToken.None);
        return true;
    }
}
