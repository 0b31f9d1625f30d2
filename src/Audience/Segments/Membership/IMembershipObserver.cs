using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Segments;

/// <summary>People who entered or left a segment in one pass.</summary>
public sealed record MembershipChange(int Segment, bool Entered, IReadOnlyList<string> People);

/// <summary>
/// Is told of who enters and leaves in the very transaction that stores it, so that what follows from it is neither lost
/// nor done twice: webhooks, campaigns, rules.
/// </summary>
public interface IMembershipObserver
{
    /// <summary>The segments it wants to be told of.</summary>
    Task<IReadOnlyCollection<int>> WatchedAsync(Session session);

    /// <summary>May be told of segments that only others watch.</summary>
    Task OnChangedAsync(Session session, MembershipChange change);

    /// <summary>What it was told is stored.</summary>
    void OnStored() { }
}

/// <summary>All observers the product has.</summary>
internal sealed class MembershipObservers(IEnumerable<IMembershipObserver> all)
{
    public async Task<IReadOnlySet<int>> WatchedAsync(Session session)
    {
        var watched = new HashSet<int>();
        foreach (var observer in all) watched.UnionWith(await observer.WatchedAsync(session));
        return watched;
    }

    public async Task TellAsync(Session session, MembershipChange change)
    {
        foreach (var observer in all) await observer.OnChangedAsync(session, change);
    }

    public void Stored()
    {
        foreach (var observer in all) observer.OnStored();
    }
}
