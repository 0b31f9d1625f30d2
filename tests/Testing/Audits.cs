using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Testing;

/// <summary>An audit log that nobody reads.</summary>
public sealed class NoAudit : IAuditLog
{
    public Task RecordAsync(AuditEntry entry, CancellationToken cancel = default) => Task.CompletedTask;
}

/// <summary>An audit log for looking at.</summary>
public sealed class KeptAudit : IAuditLog
{
    public List<AuditEntry> Entries { get; } = [];

    /// <summary>Action and target of each entry.</summary>
    public IEnumerable<string> Actions => Entries.Select(e => $"{e.Action} {e.Target}");

    public Task RecordAsync(AuditEntry entry, CancellationToken cancel = default)
    {
        Entries.Add(entry);
        return Task.CompletedTask;
    }
}
