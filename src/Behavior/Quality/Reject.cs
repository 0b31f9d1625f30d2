using BehaviorDashboard.Ingest;

namespace BehaviorDashboard.Quality;

/// <summary>An event that was not taken, as it was sent, with what its batch said of it.</summary>
internal sealed record Reject(string Id, DateTimeOffset ReceivedAt, string SourceId, string Code, string Field, string Reason, string Raw, string? ImpliedType, string Shape, string? UserId, string? AnonymousId, DateTimeOffset? SentAt)
{
    public static Reject Of(Arrival arrival, Rejection rejection, string raw) =>
        new(Guid.CreateVersion7().ToString("N"), arrival.ReceivedAt, arrival.SourceId, rejection.Code, rejection.Field, rejection.Reason, raw,
            arrival.ImpliedType, arrival.Shape.ToString(), arrival.UserId, arrival.AnonymousId, arrival.SentAt);

    /// <summary>How it arrives when it is sent again: at its own time, once.</summary>
    public Arrival Again() => new(ReceivedAt, SourceId)
    {
        MessageId = $"reject:{Id}",
        Shape = Enum.Parse<EventShape>(Shape),
        ImpliedType = ImpliedType,
        UserId = UserId,
        AnonymousId = AnonymousId,
        SentAt = SentAt,
    };
}

/// <summary>How many events wait for one reason.</summary>
internal sealed record ReasonCount(string Code, string Field, long Count, DateTimeOffset Latest);

/// <summary>What became of events that were sent again.</summary>
/// <param name="Refused">Those that are still not good, with the reason of the first.</param>
internal sealed record Replayed(int Stored, int Refused, Rejection? First);
