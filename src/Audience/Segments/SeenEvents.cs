using BehaviorDashboard.Ids;
using BehaviorDashboard.Reports;

namespace BehaviorDashboard.Segments;

/// <summary>Names of events seen lately, the most frequent first: offered where somebody writes a rule.</summary>
public sealed class SeenEvents
{
    /// <summary>How far back is looked.</summary>
    public const int Days = 90;

    internal SeenEvents(SegmentStore store, KeptReports kept, ShopClock clock) =>
        Names = new KeptReport<int, IReadOnlyList<string>>(kept, (days, cancel) => store.EventNamesAsync(clock.Now.AddDays(-days), cancel));

    /// <summary>By the days looked back on: <see cref="Days"/>.</summary>
    public KeptReport<int, IReadOnlyList<string>> Names { get; }
}
