namespace BehaviorDashboard.Sources;

/// <summary>How a source is doing.</summary>
/// <param name="Hours">Events received in each of the last 24 hours, oldest first.</param>
/// <param name="Rejects">Refused events of the last 24 hours that were kept.</param>
/// <param name="Events">All stored; null: not counted yet.</param>
/// <param name="First">When its first event was received; null: none yet, or not counted yet.</param>
public sealed record SourceState(string Id, string Name, string Kind, bool Active, IReadOnlyList<long> Hours, long Rejects, long? Events, DateTimeOffset? First, DateTimeOffset? Last)
{
    public long LastHour => Hours[^1];

    public long LastDay => Hours.Sum();

    /// <summary>Share of what came in the last 24 hours that was refused; null where nothing came.</summary>
    public double? RejectShare => LastDay + Rejects == 0 ? null : (double)Rejects / (LastDay + Rejects);
}
