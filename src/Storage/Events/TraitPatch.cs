using System.Text.Json.Nodes;

namespace BehaviorDashboard.Events;

/// <summary>Traits as JSON objects: later values replace earlier ones, null removes.</summary>
internal static class TraitPatch
{
    /// <returns>The merged object as JSON, or null when nothing is left.</returns>
    public static string? Merge(string? before, string? patch)
    {
        if (patch is null) return before;
        var merged = Parse(before);
        foreach (var (key, value) in Parse(patch).ToList())
        {
            merged.Remove(key);
            if (value is not null) merged[key] = value.DeepClone();
        }
        return merged.Count == 0 ? null : merged.ToJsonString();
    }

    public static string? Email(string? traits) => Text(Parse(traits), "email");

    public static string? DisplayName(string? traits)
    {
        var all = Parse(traits);
        var parts = $"{Text(all, "firstName") ?? Text(all, "first_name")} {Text(all, "lastName") ?? Text(all, "last_name")}".Trim();
        return Text(all, "name") ?? (parts.Length > 0 ? parts : null);
    }

    private static JsonObject Parse(string? json) => json is null ? [] : JsonNode.Parse(json) as JsonObject ?? [];

    private static string? Text(JsonObject traits, string key) =>
        traits[key] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;
}
