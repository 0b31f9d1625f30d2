namespace BehaviorDashboard.Contracts;

/// <summary>Upward seam: a slice that knows by name where events come from, such as API keys and imports.</summary>
public interface IEventSources
{
    Task<IReadOnlyList<EventSource>> ListAsync(CancellationToken cancel = default);
}

/// <summary>Where events come from.</summary>
/// <param name="Id">As <c>events.source_id</c> holds it.</param>
/// <param name="Kind"><c>key</c> or <c>import</c>.</param>
/// <param name="Active">Whether more can come.</param>
public sealed record EventSource(string Id, string Name, string Kind, bool Active, DateTimeOffset Since);
