namespace BehaviorDashboard.Webhooks;

/// <summary>A receiver, and how its messages fare.</summary>
/// <param name="Owner">What it is told of, such as <c>segment:5</c>.</param>
/// <param name="StoppedAt">When it answered that it is gone; nothing is sent any more.</param>
public sealed record WebhookEndpoint(int Id, string Owner, string Url, DateTimeOffset CreatedAt, DateTimeOffset? StoppedAt, long Waiting, long Delivered, long Dead);

/// <summary>What a receiver is to be told.</summary>
/// <param name="Kind">Such as <c>segment.changed</c>.</param>
/// <param name="Body">The JSON that is signed and sent.</param>
/// <param name="Key">Names what is told, where that may be asked for again: the same key is sent once to a receiver.</param>
public sealed record WebhookMessage(string Kind, string Body, string? Key = null)
{
    /// <summary>Waits until the receiver has what was written before it, or that was given up.</summary>
    public bool InOrder { get; init; }
}

/// <summary>A message as it stands.</summary>
/// <param name="State">waiting, delivered or dead (given up).</param>
/// <param name="Status">The last answer; null where there was none.</param>
/// <param name="Problem">Of the last attempt.</param>
public sealed record WebhookDelivery(int EndpointId, string MessageId, string Kind, DateTimeOffset CreatedAt, string State, int Attempts, DateTimeOffset? NextAt, DateTimeOffset? TriedAt, int? Status, int? Milliseconds, string? Problem);

/// <summary>A new receiver with the secret its messages are signed with, which is shown once.</summary>
/// <param name="Problem">Why it was not added: a resource key of the pages.</param>
public sealed record WebhookAdded(WebhookEndpoint? Endpoint, string? Secret, string? Problem);
