using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Webhooks;

/// <summary>How webhooks are sent. Section <c>Webhooks</c>.</summary>
public sealed record WebhooksOptions
{
    public const string Section = "Webhooks";

    /// <summary>Hosts inside the shop's own network that may be called, over http too. All others must be public and use https.</summary>
    public IReadOnlyList<string> InsideHosts { get; init; } = [];

    /// <summary>Attempts before a message is put aside.</summary>
    [Range(1, 50)]
    public int Attempts { get; init; } = 14;

    /// <summary>Seconds from the first attempt to the second; each wait after that is twice as long.</summary>
    [Range(1, 3_600)]
    public double FirstWaitSeconds { get; init; } = 10;

    /// <summary>The longest wait between two attempts.</summary>
    [Range(0.01, 48)]
    public double LongestWaitHours { get; init; } = 6;

    /// <summary>Seconds a receiver has to answer.</summary>
    [Range(1, 60)]
    public double TimeoutSeconds { get; init; } = 10;

    /// <summary>Days the log and undeliverable messages are kept.</summary>
    [Range(1, 365)]
    public int KeptDays { get; init; } = 30;
}
