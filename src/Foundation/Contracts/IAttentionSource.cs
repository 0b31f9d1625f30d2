namespace BehaviorDashboard.Contracts;

/// <summary>Upward seam of the overview: each slice says what of its own needs somebody now.</summary>
public interface IAttentionSource
{
    /// <param name="limit">The most pressing so many.</param>
    Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default);
}

/// <summary>Something that needs somebody now.</summary>
/// <param name="Title">What it is and what to do, in the reader's language.</param>
/// <param name="Detail">Why; null where the title says it all.</param>
/// <param name="Policy">One of <see cref="Access"/>: who can do something about it, and so who sees it.</param>
/// <param name="AtStake">Money that is lost, bound or risked, in the shop's currency; null where it is not known.</param>
/// <param name="AsOf">Since when, or as of when.</param>
public sealed record AttentionItem(AttentionKind Kind, string Title, string? Detail, string Href, string Policy, decimal? AtStake, DateTimeOffset AsOf);

/// <summary>How pressing: what is wrong, what waits for a decision, what is good to know.</summary>
public enum AttentionKind { Wrong, Decide, Know }
