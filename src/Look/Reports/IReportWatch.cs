namespace BehaviorDashboard.Look;

/// <summary>How a report that is kept stands, for what shows it.</summary>
public interface IReportWatch
{
    /// <summary>Of when it is; null: there is none yet.</summary>
    DateTimeOffset? AsOf { get; }

    /// <summary>There is none yet.</summary>
    bool IsMissing { get; }

    bool IsRunning { get; }

    /// <summary>The last attempt failed.</summary>
    bool Failed { get; }

    /// <summary>Asks for a new one; what there is stays until it comes.</summary>
    void Refresh();
}

/// <summary>Several reports on one page, which is as old as the oldest of them.</summary>
public sealed class ReportWatches(IReadOnlyList<IReportWatch> all) : IReportWatch
{
    public DateTimeOffset? AsOf => IsMissing ? null : all.Min(w => w.AsOf);

    public bool IsMissing => all.Any(w => w.IsMissing);

    public bool IsRunning => all.Any(w => w.IsRunning);

    public bool Failed => all.Any(w => w.Failed);

    public void Refresh()
    {
        foreach (var one in all) one.Refresh();
    }
}
