using System.Text.Json.Nodes;

namespace BehaviorDashboard.Imports;

/// <summary>Traits as a JSON object; empty values are left out.</summary>
internal static class TraitJson
{
    public static string? Of(params IEnumerable<(string Name, string? Value)> traits)
    {
        var json = new JsonObject();
        foreach (var (name, value) in traits)
            if (value is not null) json[name] = value;
        return json.Count == 0 ? null : json.ToJsonString();
    }
}
