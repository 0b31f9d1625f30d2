using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>The engine-specific half of storing a commit: bulk insert and duplicate detection.</summary>
internal abstract class EventAppender
{
    /// <summary>Called once, before the first commit.</summary>
    public virtual Task PrepareAsync(Session session) => Task.CompletedTask;

    /// <summary>Which of these (ids distinct, one hash each) may be stored already and must be looked up.</summary>
    public virtual IReadOnlyList<ShopEvent> Suspects(IReadOnlyList<ShopEvent> events, IReadOnlyList<ulong> hashes) => events;

    /// <summary>The ids of those that are stored already.</summary>
    public abstract Task<HashSet<string>> FindStoredAsync(Session session, IReadOnlyList<ShopEvent> suspects);

    /// <summary>Writes events that are known to be new.</summary>
    public abstract Task InsertAsync(Session session, IReadOnlyList<ShopEvent> events);

    /// <summary>Fills the temporary table <c>profile_delta</c>.</summary>
    public abstract Task StageAsync(Session session, IReadOnlyCollection<ProfileDelta> deltas);

    /// <summary>The commit is durable.</summary>
    public virtual void Committed(IReadOnlyList<ulong> hashes) { }
}
