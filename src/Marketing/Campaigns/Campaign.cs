namespace BehaviorDashboard.Campaigns;

/// <summary>States a campaign passes through.</summary>
public static class CampaignStatus
{
    public const string Draft = "draft";
    public const string Scheduled = "scheduled";
    public const string Live = "live";
    public const string Paused = "paused";
    public const string Ended = "ended";
}

/// <summary>A campaign as it stands.</summary>
/// <param name="Version">Counts saves: who saves an older one is told.</param>
/// <param name="NextAt">When people are taken in next.</param>
/// <param name="Holdout">Share held out, fixed at the start.</param>
/// <param name="Stopped">Why the product paused it; null where a person did.</param>
public sealed record Campaign(int Id, string Name, string Status, bool Archived, string Spec, int Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? NextAt, DateTimeOffset? SeenUntil, double? Holdout, string? Stopped)
{
    public CampaignSpec Read() => CampaignSpec.Parse(Spec);

    public bool IsOpen => Status is CampaignStatus.Draft or CampaignStatus.Scheduled;
}

/// <summary>A line of a campaign's history, or a comment.</summary>
public sealed record CampaignNote(DateTimeOffset HappenedAt, string Who, string Kind, string Body);

/// <summary>Something that keeps a campaign from being saved or started.</summary>
/// <param name="Field">Where, such as <c>audience</c> or <c>version A</c>.</param>
/// <param name="Code">Resource key below <c>Problem.</c></param>
public sealed record CampaignProblem(string Field, string Code, string Detail = "");

/// <summary>What became of a wish: a campaign, or what is wrong.</summary>
public sealed record CampaignResult(Campaign? Campaign, IReadOnlyList<CampaignProblem> Problems)
{
    public static CampaignResult Wrong(params CampaignProblem[] problems) => new(null, problems);
}
