using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Live;
using BehaviorDashboard.Quality;
using BehaviorDashboard.Reports;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Sources;

/// <summary>
/// Tells how each source of events is doing. The last day is asked each time; totals of the whole history are kept, and missing
/// until they are first worked out.
/// </summary>
internal sealed class SourcesService(SourcesStore store, RejectCounts rejects, IEnumerable<IEventSources> names, KeptReports kept, TimeProvider time, ILogger<Signal> logger) : ICommittedEvents
{
    private const int Hours = 24;
    private const string All = "all";

    private readonly KeptReport<string, IReadOnlyList<SourcesStore.Total>> _totals = new(kept, (_, cancel) => store.TotalsAsync(cancel));

    /// <summary>Raised when events came.</summary>
    public Signal Changed { get; } = new(time, logger);

    void ICommittedEvents.OnCommitted(CommittedBatch batch) => Changed.Raise();

    void ICommittedEvents.OnRewritten() => Changed.Raise();

    /// <summary>Calls back when the totals were counted.</summary>
    public Subscription SubscribeTotals(Func<Task> told) => _totals.Subscribe(All, told);

    /// <summary>Waits for the totals.</summary>
    internal Task CountAsync(CancellationToken cancel = default) => _totals.ReadAsync(All, cancel);

    /// <returns>Every source: those that may send first, then by what came last.</returns>
    public async Task<(IReadOnlyList<SourceState> Sources, DateTimeOffset AsOf)> ListAsync(CancellationToken cancel = default)
    {
        var now = time.GetUtcNow();
        var from = now.AddHours(-Hours);
        var known = new List<EventSource>();
        foreach (var one in names) known.AddRange(await one.ListAsync(cancel));
        var totals = _totals.Look(All).Report;
        var recent = (await store.RecentAsync(from, cancel)).ToLookup(r => r.Source);
        var refused = await rejects.BySourceAsync(from, cancel);
        var all = (totals ?? []).ToDictionary(t => t.Source);
        var ids = known.Select(k => k.Id).Concat(all.Keys).Concat(recent.Select(r => r.Key)).Distinct();
        var named = known.GroupBy(k => k.Id).ToDictionary(g => g.Key, g => g.First());
        var states = ids.Select(id =>
        {
            var hours = new long[Hours];
            foreach (var hour in recent[id]) hours[Math.Clamp(hour.Hour, 0, Hours - 1)] += hour.Events;
            var (source, total) = (named.GetValueOrDefault(id), all.GetValueOrDefault(id));
            DateTimeOffset? last = recent[id].Any() ? recent[id].Max(r => r.Last) : total?.Last;
            return new SourceState(id, source?.Name ?? id, source?.Kind ?? "other", source?.Active ?? false, hours, refused.GetValueOrDefault(id), totals is null ? null : Math.Max(total?.Events ?? 0, hours.Sum()), total?.First ?? (totals is not null && recent[id].Any() ? recent[id].Min(r => r.Last) : null), last);
        });
        return ([.. states.OrderByDescending(s => s.Active && s.Kind == "key").ThenByDescending(s => s.Last).ThenBy(s => s.Name, StringComparer.Ordinal)], now);
    }
}
