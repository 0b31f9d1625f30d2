namespace BehaviorDashboard.Quality;

/// <summary>An event that was not taken.</summary>
/// <param name="Raw">Its JSON as it was sent.</param>
/// <param name="ImpliedType">The type its address implied, if any.</param>
/// <param name="Shape">The vocabulary it was written in.</param>
internal sealed record Reject(DateTimeOffset ReceivedAt, string SourceId, string Code, string Field, string Reason, string Raw, string? ImpliedType, string Shape)
{
    public string Id { get; init; } = Guid.CreateVersion7().ToString("N");
}
