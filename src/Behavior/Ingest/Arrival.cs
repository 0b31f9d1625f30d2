namespace BehaviorDashboard.Ingest;

/// <summary>Whose vocabulary an event is written in.</summary>
public enum EventShape
{
    /// <summary>Segment's tracking specification: our own primary form.</summary>
    Segment,

    /// <summary>PostHog's capture form: <c>event</c>, <c>distinct_id</c>, <c>properties</c> with <c>$</c> names.</summary>
    PostHog,

    /// <summary>An event of GA4's measurement protocol: <c>name</c> and <c>params</c>; the person stands in the envelope.</summary>
    Ga4,

    /// <summary>Braze's <c>/users/track</c>, taken apart into Segment's form before it comes here.</summary>
    Braze,
}

/// <summary>What is known about an event besides its own text.</summary>
/// <param name="ReceivedAt">When it reached us.</param>
/// <param name="SourceId">An API key's id, or <c>import:</c> and the import's id.</param>
public sealed record Arrival(DateTimeOffset ReceivedAt, string SourceId)
{
    public EventShape Shape { get; init; }

    /// <summary>The sender's clock when it sent the batch; an event's own <c>sentAt</c> wins.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Id of an event that brings none, so that the same one replayed stays one.</summary>
    public string? MessageId { get; init; }

    /// <summary>The type that the address implies, as <c>/v1/track</c> does.</summary>
    public string? ImpliedType { get; init; }

    /// <summary>The person of the whole batch, where the form names one there (GA4).</summary>
    public string? UserId { get; init; }

    public string? AnonymousId { get; init; }

    /// <summary>When it happened, where the form says it once for the batch (GA4).</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>JSON of a <c>context</c> that holds for every event of the batch.</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>JSON of traits that hold for the person of the batch (GA4's <c>user_properties</c>).</summary>
    public ReadOnlyMemory<byte> Traits { get; init; }
}
