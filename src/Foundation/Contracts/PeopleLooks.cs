using System.Globalization;

namespace BehaviorDashboard.Contracts;

/// <summary>Looks at several people at once: a list, a search, a sample.</summary>
public static class PeopleLooks
{
    /// <summary>Writes down that people were shown, and how many; not who, and not what was searched for.</summary>
    /// <param name="target">Where they were shown, such as <c>people</c> or <c>segment:7</c>.</param>
    public static Task PeopleViewedAsync(this IAuditLog audit, string target, int count, CancellationToken cancel = default) => count == 0 ? Task.CompletedTask
        : audit.RecordAsync(new AuditEntry("people.viewed", target, string.Create(CultureInfo.InvariantCulture, $$"""{"count":{{count}}}""")), cancel);
}
