namespace BehaviorDashboard.Contracts;

/// <summary>One line of the audit log: who did what to which object.</summary>
/// <param name="Action">Verb in the past tense with its object kind, such as <c>person.viewed</c> or <c>import.undone</c>.</param>
/// <param name="Target">Identifier of the object; a person is named by key, never by e-mail.</param>
/// <param name="Detail">Small JSON with before and after where something changed; no secrets.</param>
public sealed record AuditEntry(string Action, string Target, string? Detail = null);

/// <summary>Upward seam: every change and every look at personal data is recorded with the person who did it.</summary>
public interface IAuditLog
{
    Task RecordAsync(AuditEntry entry, CancellationToken cancel = default);
}
