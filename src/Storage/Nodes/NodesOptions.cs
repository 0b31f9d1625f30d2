namespace BehaviorDashboard.Nodes;

/// <summary>Several web nodes on one PostgreSQL. Section <c>Nodes</c>.</summary>
public sealed record NodesOptions
{
    public const string Section = "Nodes";

    /// <summary>
    /// Address of a Redis over which nodes tell each other what they stored, such as <c>redis:6379,password=…</c>. Empty: they
    /// look it up in the store every few seconds.
    /// </summary>
    public string Redis { get; init; } = "";

    /// <summary>What this node is called in logs and for administrators. Empty: the machine's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Seconds between "not ready" and the end at a shutdown, so that a load balancer sends nobody here any more.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 300)]
    public int DrainSeconds { get; init; }
}
