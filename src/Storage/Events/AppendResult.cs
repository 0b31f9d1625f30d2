using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>What became of a batch, in its order.</summary>
/// <param name="Duplicate">True where an event with this message id was stored before (or stands earlier in the batch).</param>
public sealed record AppendResult(bool[] Duplicate)
{
    public int Stored => Duplicate.Count(d => !d);
}

/// <summary>The writer has as much waiting as it may hold: send again after <see cref="RetryAfter"/>.</summary>
public sealed class EventQueueFullException(TimeSpan retryAfter) : Exception("The event queue is full.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>Two keys of one person that became known in a commit.</summary>
/// <param name="Owner">Whose the alias is without any merge.</param>
public sealed record IdentityLink(string Alias, string PersonKey, string Kind, DateTimeOffset Since, string Owner);

/// <summary>What one commit stored.</summary>
/// <param name="Events">New events only, with person and session filled in, in the order of arrival.</param>
public sealed record CommittedBatch(IReadOnlyList<ShopEvent> Events, IReadOnlyList<IdentityLink> Links);

/// <summary>
/// Told of every commit, on the writer's thread, right after it is durable: be quick and do not throw. Changes other
/// than new events (an import undone, a person erased) are told by <see cref="OnRewritten"/>.
/// </summary>
public interface ICommittedEvents
{
    void OnCommitted(CommittedBatch batch);

    /// <summary>Stored events were removed or re-assigned: whatever was derived from them must be rebuilt.</summary>
    void OnRewritten();
}

/// <summary>
/// Keeps something made of stored events, and is told in the transaction in which some are removed or put back, so that it never
/// shows what is not there: be quick.
/// </summary>
public interface IHistoryParticipant
{
    Task ChangeAsync(Session session, ChangedEvents events);
}

/// <summary>Writes in the transaction that stores the events, so that both are durable or neither: be quick.</summary>
public interface ICommitParticipant
{
    /// <param name="events">New events only, with person filled in, in the order of arrival.</param>
    Task WriteAsync(Session session, IReadOnlyList<ShopEvent> events);
}
