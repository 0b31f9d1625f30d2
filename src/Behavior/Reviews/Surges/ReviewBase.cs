namespace BehaviorDashboard.Reviews;

/// <summary>How many bad reviews speak about a topic.</summary>
public sealed record TopicCount(string Topic, int Count);

/// <summary>What a year of reviews adds up to: what the watch holds new ones against, without reading the year again.</summary>
/// <param name="Reviews">Of which stars or words tell good from bad.</param>
/// <param name="Quarter">Of the last 90 days.</param>
/// <param name="About">Bad ones by topic.</param>
/// <param name="Near">The shop's streams are read review by review since then; <paramref name="Before"/> and <paramref name="AboutBefore"/>
/// count what lies before, without products that had an incident.</param>
public sealed record ReviewBase(int Reviews, int Bad, int Quarter, IReadOnlyList<TopicCount> About, DateTimeOffset Near, int Before, IReadOnlyList<TopicCount> AboutBefore)
{
    private const int FewestReviews = 50;

    /// <summary>Share of bad reviews, leaned towards one in ten where there are few.</summary>
    public double Share => (Bad + 1.0) / (Reviews + 10.0);

    public double ShareOf(string topic) => (Count(About, topic) + 1.0) / (Reviews + 20.0);

    public int BeforeOf(string topic) => Count(AboutBefore, topic);

    /// <summary>Reviews to expect in 90 days.</summary>
    public int Expected => Math.Max(FewestReviews, Quarter);

    private static int Count(IReadOnlyList<TopicCount> counts, string topic) => counts.FirstOrDefault(c => c.Topic == topic)?.Count ?? 0;
}
