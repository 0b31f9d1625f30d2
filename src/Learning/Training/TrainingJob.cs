namespace BehaviorDashboard.Learning;

/// <summary>A training that was asked for.</summary>
/// <param name="Status">queued, running, done, refused, failed or cancelled.</param>
/// <param name="Reason">Why it was refused or failed.</param>
public sealed record TrainingJob(int Id, string Kind, string Settings, string Status, int Attempts, DateTimeOffset RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Reason, int? VersionId)
{
    public bool IsOpen => Status is "queued" or "running";
}

/// <summary>A kind that is trained again by itself.</summary>
public sealed record TrainingSchedule(string Kind, int EveryDays, DateTimeOffset NextAt);
