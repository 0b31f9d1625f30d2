namespace BehaviorDashboard.Reviews;

/// <summary>Something that stands out and has to be looked at.</summary>
/// <param name="ProductId">Null: the whole shop.</param>
/// <param name="Topic">Null: bad reviews whatever they speak about.</param>
/// <param name="Title">Given by whoever opened it; null: found by the watch.</param>
/// <param name="Status">open, acknowledged or closed.</param>
/// <param name="Cause">watch, or who or what opened it.</param>
/// <param name="Evidence">How many times likelier than under the usual share.</param>
/// <param name="FalseAlarms">As strong ones expected by chance in 90 quiet days over the whole shop; null where a person opened it.</param>
/// <param name="Usual">Share of such reviews before.</param>
public sealed record Incident(int Id, string? ProductId, string? Topic, string? Title, string Status, string Cause, DateTimeOffset OnsetAt, DateTimeOffset NoticedAt, DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? ClosedAt, double Evidence, double? FalseAlarms, double? Usual, long Hits, long OfReviews)
{
    public const string Open = "open";
    public const string Acknowledged = "acknowledged";
    public const string Closed = "closed";

    public bool IsOpen => Status != Closed;
}

/// <summary>What was said or done about an incident.</summary>
/// <param name="Kind">comment, opened, acknowledged, closed or reopened.</param>
public sealed record IncidentNote(DateTimeOffset WrittenAt, string Author, string Kind, string Body);

/// <summary>What an incident touches.</summary>
/// <param name="Buyers">People who bought the product in the last 90 days.</param>
/// <param name="Campaigns">Campaigns whose events name the product or brought its buyers in that time, with how many such events.</param>
public sealed record IncidentReach(long Buyers, long Units, IReadOnlyList<(string Campaign, long Events)> Campaigns);
