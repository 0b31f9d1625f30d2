using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Api;

/// <summary>Limits of the API. Section <c>Api</c>.</summary>
public sealed record ApiOptions
{
    public const string Section = "Api";

    /// <summary>Requests a second that one key, or one address without a valid key, may send in the long run.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; init; } = 1_000;

    /// <summary>Requests it may send at once after a pause.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; init; } = 2_000;
}
