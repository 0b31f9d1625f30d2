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

    /// <param name="year">What the shop's reviews of the last year add up to.</param>
    /// <param name="products">Reviews of the last year of the products to look at, oldest first.</param>
    /// <param name="near">Reviews of the whole shop since <see cref="ReviewBase.Near"/>, oldest first.</param>
    /// <param name="budget">False alarms permitted in 90 quiet days.</param>
    /// <param name="from">Of a product or null: when its streams begin anew, such as after an incident was closed; null: they are not looked at.</param>
    public static IEnumerable<Surge> Of(ReviewBase year, IReadOnlyList<ReviewMark> products, IReadOnlyList<ReviewMark> near, double budget, Func<string?, DateTimeOffset?> from)
    {
        var topics = ReviewTopics.All;
        var found = new HashSet<string>();
        foreach (var product in products.Where(m => m.ProductId is not null).GroupBy(m => m.ProductId!))
        {
            if (from(product.Key) is not { } start) continue;
            var marks = product.ToList();
            if (Look(product.Key, null, marks, m => m.Bad, year.Share, year.Expected / (budget * ProductPart), start) is { } bad)
            {
                found.Add(product.Key);
                yield return bad;
                continue;
            }
            foreach (var topic in topics)
                if (Look(product.Key, topic, marks, Speaks(topic), year.ShareOf(topic), year.Expected * topics.Count / (budget * TopicPart), start) is { } about)
                {
                    found.Add(product.Key);
                    yield return about;
                    break;
                }
        }
        if (from(null) is not { } begins) yield break;
        // What one product explains is not the shop's: those with an incident of their own stand aside.
        var starts = near.Select(m => m.ProductId).OfType<string>().Distinct().ToDictionary(p => p, p => found.Contains(p) ? null : from(p));
        var rest = near.Where(m => m.ProductId is null || starts[m.ProductId] is { } start && (start <= begins || m.OccurredAt >= start)).ToList();
        foreach (var topic in topics)
            if (Look(null, topic, rest, Speaks(topic), year.ShareOf(topic), year.Expected * topics.Count / (budget * ShopPart), begins, year.Before, year.BeforeOf(topic)) is { } everywhere) yield return everywhere;

        static Func<ReviewMark, bool> Speaks(string topic) => m => m.Bad && m.Topics.Contains($" {topic} ", StringComparison.Ordinal);

        Surge? Look(string? product, string? topic, IReadOnlyList<ReviewMark> marks, Func<ReviewMark, bool> hit, double usual, double threshold, DateTimeOffset start, int before = 0, int hitsBefore = 0) =>
            marks.Any(m => m.OccurredAt >= start && hit(m)) && SurgeDetector.First([.. marks.Select(m => new StreamMark(m.ReviewId, m.OccurredAt, hit(m)))], usual, threshold, start, before, hitsBefore) is { } alarm
                ? new Surge(product, topic, alarm, budget * threshold / alarm.Evidence) : null;
    }
}
