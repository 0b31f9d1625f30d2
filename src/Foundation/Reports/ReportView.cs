namespace BehaviorDashboard.Reports;

/// <summary>What can be shown of a report at this moment.</summary>
/// <param name="Report">The last one worked out; null: none yet.</param>
/// <param name="Age">How long ago its work began: it says nothing of what came since.</param>
/// <param name="IsRunning">A new one is being worked out, or waits for its turn.</param>
/// <param name="Failed">The last attempt failed.</param>
public sealed record ReportView<TReport>(TReport? Report, TimeSpan? Age, bool IsRunning, bool Failed) where TReport : class;
