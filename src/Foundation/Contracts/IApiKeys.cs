namespace BehaviorDashboard.Contracts;

/// <summary>An API key as the rest of the product sees it: never the secret itself.</summary>
/// <param name="Id">Public part of the key; becomes <c>source_id</c> of the events it sends.</param>
public sealed record ApiKey(string Id, string Name, IReadOnlySet<string> Scopes)
{
    public bool Allows(string scope) => Scopes.Contains(scope);
}

/// <summary>Upward seam: looks a presented key up. Cached, so that a hot path may call it for every request.</summary>
public interface IApiKeys
{
    /// <returns>The key, or null when it is unknown or revoked.</returns>
    ValueTask<ApiKey?> FindAsync(string presented, CancellationToken cancel);
}
