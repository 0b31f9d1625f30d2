namespace BehaviorDashboard.Campaigns;

/// <summary>What a channel says of one message.</summary>
/// <param name="State">sent, waiting (try again), failed (never will), or unclear (may have arrived; never tried again by itself).</param>
internal sealed record Handover(string State, string? Problem = null)
{
    public static readonly Handover Sent = new("sent");
}

/// <summary>A way a message travels, one implementation each.</summary>
internal interface IChannel
{
    string Channel { get; }

    /// <summary>Why nothing can be sent this way here: a resource key below <c>Problem.</c>; null: it can.</summary>
    string? Missing { get; }

    /// <summary>Hands messages over; the answers stand in their order.</summary>
    Task<IReadOnlyList<Handover>> SendAsync(Campaign campaign, IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)> messages, CancellationToken cancel);
}
