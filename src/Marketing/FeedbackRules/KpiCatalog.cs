using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Every figure that can be watched and everything that can be done, from all slices.</summary>
public sealed class KpiCatalog(IEnumerable<IKpiSource> sources, IEnumerable<IActionTarget> targets)
{
    /// <summary>More than any shop has: a rule about each object means every one.</summary>
    private const int MostObjects = 1_000_000;

    public IReadOnlyList<IKpiSource> Sources { get; } = [.. sources.OrderBy(s => s.Source == "shop" ? 0 : 1).ThenBy(s => s.Source, StringComparer.Ordinal)];

    public IReadOnlyList<IActionTarget> Targets { get; } = [.. targets.OrderBy(t => t.Target, StringComparer.Ordinal)];

    public IKpiSource? Source(string name) => Sources.FirstOrDefault(s => s.Source == name);

    public IActionTarget? Target(string name) => Targets.FirstOrDefault(t => t.Target == name);

    public WatchedKpi? Find(KpiName kpi) => Source(kpi.Source)?.Kpis.FirstOrDefault(k => k.Key == kpi.Key);

    public ActionKind? Find(ActionSpec action) => Target(action.Target)?.Actions.FirstOrDefault(a => a.Key == action.Action);

    /// <summary>The objects a trigger speaks of; one with an empty id where the figure is the whole shop's.</summary>
    internal async Task<IReadOnlyList<string>> ObjectsAsync(KpiName kpi, CancellationToken cancel) => kpi.ObjectId switch
    {
        null => [""],
        RuleDefinition.Each => Source(kpi.Source) is { } source ? [.. (await source.ObjectsAsync("", MostObjects, cancel)).Select(o => o.Id)] : [],
        var one => [one],
    };

    /// <summary>A figure of the object at hand.</summary>
    internal static KpiName For(KpiName kpi, string objectId) => kpi.ObjectId == RuleDefinition.Each ? kpi with { ObjectId = objectId } : kpi;
}
