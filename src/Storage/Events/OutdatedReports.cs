using BehaviorDashboard.Reports;

namespace BehaviorDashboard.Events;

/// <summary>Reports that are kept do not outlive the events they were made of, whichever node changed those.</summary>
internal sealed class OutdatedReports(KeptReports reports) : ICommittedEvents
{
    /// <summary>What is new makes no report wrong: each says of when it is.</summary>
    public void OnCommitted(CommittedBatch batch)
    {
    }

    public void OnRewritten() => reports.Outdate();
}
