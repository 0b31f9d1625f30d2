using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.Api;

/// <summary>Keys that may send events, as sources.</summary>
internal sealed class KeySources(ApiKeys keys) : IEventSources
{
    public async Task<IReadOnlyList<EventSource>> ListAsync(CancellationToken cancel = default) =>
        [.. (await keys.ListAsync(cancel)).Where(k => Writes(k.Scopes)).Select(k => new EventSource(k.Id, k.Name, "key", k.RevokedAt is null, k.CreatedAt))];

    private static bool Writes(string scopes) => scopes.Split(' ') is var all && (all.Contains(Access.ScopeWrite) || all.Contains(Access.ScopeAdmin));
}
