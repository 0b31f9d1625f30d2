using System.Text.Json.Nodes;

namespace BehaviorDashboard.Events;

/// <summary>What several imports noted of the same values, each as it found them, so that any of them can be undone.</summary>
public static class ValuesBefore
{
    /// <summary>
    /// One of the imports is undone: whoever found what it wrote (<paramref name="after"/>) is told instead what it had found
    /// itself (<paramref name="before"/>).
    /// </summary>
    /// <param name="theirs">What the other import found; changed here.</param>
    /// <returns>Whether anything was changed.</returns>
    public static bool HandOn(JsonObject theirs, JsonObject before, JsonObject after)
    {
        var changed = false;
        foreach (var (name, value) in after)
        {
            if (!theirs.ContainsKey(name) || !JsonNode.DeepEquals(theirs[name], value)) continue;
            theirs[name] = before[name]?.DeepClone();
            changed = true;
        }
        return changed;
    }
}
