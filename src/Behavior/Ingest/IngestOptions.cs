using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Ingest;

/// <summary>What the tracking API takes. Section <c>Ingest</c>.</summary>
public sealed record IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>Largest single event, in bytes of JSON.</summary>
    [Range(1_024, 1_048_576)]
    public int EventBytes { get; init; } = 32 * 1024;

    /// <summary>Largest batch, in bytes of JSON after decompression.</summary>
    [Range(10_240, 67_108_864)]
    public int BatchBytes { get; init; } = 500 * 1024;

    /// <summary>Most events in one batch.</summary>
    [Range(1, 100_000)]
    public int BatchEvents { get; init; } = 2_500;

    /// <summary>Request bodies, as they come over the wire, above which nothing is read at all (413).</summary>
    [Range(10_240, 67_108_864)]
    public int RequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of request bodies held at one time; senders beyond are told to come back (429).</summary>
    [Range(1_048_576, 4_294_967_296)]
    public long HeldBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Origins whose pages may send events; empty: every origin. Credentials are never allowed.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>
    /// Names of event properties that may hold e-mail addresses. In all others anything that looks like one is replaced
    /// by <c>[email]</c>, because personal data belongs in traits.
    /// </summary>
    public IReadOnlyList<string> PersonalProperties { get; init; } = [];

    /// <summary>Names of address parameters whose values are removed, besides the built-in ones (tokens, passwords, codes).</summary>
    public IReadOnlyList<string> SecretParameters { get; init; } = [];
}
