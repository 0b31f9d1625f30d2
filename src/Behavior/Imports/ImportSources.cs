using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Imports;

/// <summary>Imports as sources of events.</summary>
internal sealed class ImportSources(ImportsStore store) : IEventSources
{
    private const int Most = 500;

    public async Task<IReadOnlyList<EventSource>> ListAsync(CancellationToken cancel = default) =>
        [.. (await store.ListAsync(Most, cancel)).Select(i => new EventSource("import:" + i.Id, $"{i.Preset} · {Files(i.Files)}", "import", i.Status == "running", i.StartedAt))];

    private static string Files(string files)
    {
        var names = files.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(f => Path.GetFileName(f)).ToList();
        return names.Count > 1 ? $"{names[0]} + {names.Count - 1}" : names.FirstOrDefault() ?? "";
    }
}
