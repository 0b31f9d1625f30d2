using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Testing;

/// <summary>An audit log that nobody reads.</summary>
public sealed class NoAudit : IAuditLog
{
    public Task RecordAsync(AuditEntry entry, CancellationToken cancel = default) => Task.CompletedTask;
}
