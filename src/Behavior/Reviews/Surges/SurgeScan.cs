namespace BehaviorDashboard.Reviews;

/// <summary>What stands out, and where.</summary>
/// <param name="ProductId">Null: in the whole shop.</param>
/// <param name="Topic">Null: bad reviews whatever they speak about.</param>
/// <param name="FalseAlarms">As strong ones expected by chance in 90 quiet days, over all streams watched.</param>
public sealed record Surge(string? ProductId, string? Topic, SurgeAlarm Alarm, double FalseAlarms);

/// <summary>
/// All streams of the shop: bad reviews of each product, bad reviews of each product about each topic, bad reviews of the shop
/// about each topic. The permitted number of false alarms is divided among the three kinds.
/// </summary>
public static class SurgeScan
{
    private const double ProductPart = 0.6;
    private const double TopicPart = 0.25;
    private const double ShopPart = 0.15;
    private const int FewestReviews = 50;

    /// <param name="shop">Reviews of the whole shop of the last year, oldest first.</param>
    /// <param name="budget">False alarms permitted in 90 quiet days.</param>
    /// <param name="watched">Products to look at; null: all.</param>
    /// <param name="from">Of a stream (product or null, topic or null): when it begins anew, such as after an incident was closed; null: it is not looked at.</param>
    public static IEnumerable<Surge> Of(IReadOnlyList<ReviewMark> shop, double budget, IReadOnlyCollection<string>? watched, Func<string?, DateTimeOffset?> from)
    {
        if (shop.Count == 0) yield break;
        var now = shop[^1].OccurredAt;
        var ninety = Math.Max(FewestReviews, shop.Count(m => m.OccurredAt > now.AddDays(-90)));
        var share = (shop.Count(m => m.Bad) + 1.0) / (shop.Count + 10.0);
        var topics = ReviewTopics.All;
        var found = new HashSet<string>();
        foreach (var product in shop.Where(m => m.ProductId is not null && (watched is null || watched.Contains(m.ProductId))).GroupBy(m => m.ProductId!))
        {
            if (from(product.Key) is not { } start) continue;
            var marks = product.ToList();
            if (Look(product.Key, null, marks, m => m.Bad, share, ninety / (budget * ProductPart), start) is { } bad)
            {
                found.Add(product.Key);
                yield return bad;
                continue;
            }
            foreach (var topic in topics)
                if (Look(product.Key, topic, marks, Speaks(topic), Share(topic), ninety * topics.Count / (budget * TopicPart), start) is { } about)
                {
                    found.Add(product.Key);
                    yield return about;
                    break;
                }
        }
        if (from(null) is not { } begins) yield break;
        // What one product explains is not the shop's: those with an incident of their own stand aside.
        var starts = shop.Select(m => m.ProductId).OfType<string>().Distinct().ToDictionary(p => p, p => found.Contains(p) ? null : from(p));
        var rest = shop.Where(m => m.ProductId is null || starts[m.ProductId] is { } start && (start <= begins || m.OccurredAt >= start)).ToList();
        foreach (var topic in topics)
            if (Look(null, topic, rest, Speaks(topic), Share(topic), ninety * topics.Count / (budget * ShopPart), begins) is { } everywhere) yield return everywhere;

        double Share(string topic) => (shop.Count(Speaks(topic)) + 1.0) / (shop.Count + 20.0);

        static Func<ReviewMark, bool> Speaks(string topic) => m => m.Bad && m.Topics.Contains($" {topic} ", StringComparison.Ordinal);

        Surge? Look(string? product, string? topic, IReadOnlyList<ReviewMark> marks, Func<ReviewMark, bool> hit, double usual, double threshold, DateTimeOffset start) =>
            marks.Any(m => m.OccurredAt >= start && hit(m)) && SurgeDetector.First([.. marks.Select(m => new StreamMark(m.ReviewId, m.OccurredAt, hit(m)))], usual, threshold, start) is { } alarm
                ? new Surge(product, topic, alarm, budget * threshold / alarm.Evidence) : null;
    }
}
