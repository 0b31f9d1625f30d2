using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Storage;

/// <summary>Where the facts lie. Section <c>Storage</c>.</summary>
public sealed record StorageOptions
{
    public const string Section = "Storage";

    /// <summary>A PostgreSQL connection string. Empty: the embedded DuckDB store in <see cref="Folder"/>.</summary>
    public string? Postgres { get; init; }

    /// <summary>Folder of the embedded store, created when missing. One process at a time.</summary>
    [Required]
    public string Folder { get; init; } = "data";

    /// <summary>DuckDB's memory limit, as it writes it; empty leaves DuckDB's own default (80 % of the machine).</summary>
    public string MemoryLimit { get; init; } = "";

    /// <summary>
    /// Size of DuckDB's log before it is folded into the file. Larger: faster ingest, slower reopening after a crash
    /// (about 14 ms a MB).
    /// </summary>
    [Range(16, 1024)]
    public int CheckpointMegabytes { get; init; } = 128;

    /// <summary>
    /// Minutes after an erasure until the embedded store is copied into a new file without the deleted bytes. While it is
    /// copied (about a second for 400,000 events) events wait for the writer.
    /// </summary>
    [Range(1, 10_080)]
    public int CompactAfterMinutes { get; init; } = 60;

    /// <summary>Events that may wait for the writer before senders are told to come back later (429).</summary>
    [Range(1_000, 10_000_000)]
    public int QueueEvents { get; init; } = 200_000;

    /// <summary>Events that one commit takes at most.</summary>
    [Range(100, 200_000)]
    public int CommitEvents { get; init; } = 20_000;

    /// <summary>Milliseconds from which a statement is listed on the page of slow statements.</summary>
    [Range(1, 600_000)]
    public int SlowStatementMilliseconds { get; init; } = 300;
}
