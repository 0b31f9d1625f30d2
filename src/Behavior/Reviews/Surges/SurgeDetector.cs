namespace BehaviorDashboard.Reviews;

/// <summary>One review of a stream: whether it is of the watched kind.</summary>
public readonly record struct StreamMark(string ReviewId, DateTimeOffset At, bool Hit);

/// <summary>A stream stands out: since when, how strongly, and how many of its reviews since then are of the watched kind.</summary>
/// <param name="Evidence">How many times likelier than under the usual share, summed over all possible beginnings.</param>
public sealed record SurgeAlarm(DateTimeOffset OnsetAt, DateTimeOffset NoticedAt, double Evidence, double Usual, int Hits, int Reviews, IReadOnlyList<string> ReviewIds);

/// <summary>
/// Watches a stream of reviews for a change to more of one kind: an e-detector of Shiryaev and Roberts' form, R ← (1 + R) · L,
/// with L the likelihood of the review under a share of four or twelve times the odds, over that under the usual share. Without
/// a change the mean of R grows by one a review, so over all streams at most (reviews / threshold) false alarms are expected,
/// however often one looks.
/// </summary>
/// <remarks>Shin, Ramdas and Rinaldo, "E-detectors" (2022); Roberts (1966).</remarks>
public static class SurgeDetector
{
    private static readonly double[] OddsRatios = [4, 12];

    /// <summary>Reviews this near are not part of what is usual, so that a surge does not hide itself.</summary>
    internal static readonly TimeSpan Apart = TimeSpan.FromDays(14);

    /// <summary>How many reviews of the whole shop's share a product starts with.</summary>
    private const double Prior = 12;
    private const double LeastShare = 0.02;
    private const double MostShare = 0.6;

    /// <summary>The first alarm of a stream, or null.</summary>
    /// <param name="marks">Oldest first.</param>
    /// <param name="shopShare">Share of such reviews in the whole shop.</param>
    /// <param name="from">Reviews before are only learnt from.</param>
    /// <param name="before">Reviews older than the stream's first, of which only the number is known.</param>
    /// <param name="hitsBefore">How many of those are of the kind.</param>
    public static SurgeAlarm? First(IReadOnlyList<StreamMark> marks, double shopShare, double threshold, DateTimeOffset from, int before = 0, int hitsBefore = 0)
    {
        var (sums, lines, starts) = (new double[OddsRatios.Length], new double[OddsRatios.Length], new int[OddsRatios.Length]);
        int old = 0, oldHits = 0;
        for (var i = 0; i < marks.Count; i++)
        {
            while (old < i && marks[old].At < marks[i].At - Apart)
                if (marks[old++].Hit) oldHits++;
            if (marks[i].At < from) continue;
            var usual = Usual(hitsBefore + oldHits, before + old, shopShare);
            for (var r = 0; r < OddsRatios.Length; r++)
            {
                var raised = OddsRatios[r] * usual / (1 - usual + OddsRatios[r] * usual);
                var ratio = marks[i].Hit ? raised / usual : (1 - raised) / (1 - usual);
                sums[r] = (1 + sums[r]) * ratio;
                if (lines[r] <= 0) (lines[r], starts[r]) = (0, i);
                lines[r] += Math.Log(ratio);
            }
            // A hit is what an alarm is about: without one the sum of past evidence does not cross by itself.
            var evidence = sums.Average();
            if (evidence < threshold || !marks[i].Hit) continue;
            var start = starts[sums[0] > sums[1] ? 0 : 1];
            var since = marks.Skip(start).Take(i - start + 1).ToList();
            return new SurgeAlarm(marks[start].At, marks[i].At, evidence, usual, since.Count(m => m.Hit), since.Count, [.. since.Where(m => m.Hit).Select(m => m.ReviewId)]);
        }
        return null;
    }

    /// <summary>The share before, leaned towards the shop's, plus one standard error: rather too high than an alarm too many.</summary>
    private static double Usual(int hits, int reviews, double shopShare)
    {
        var (a, b) = (hits + Prior * shopShare, reviews - hits + Prior * (1 - shopShare));
        var mean = a / (a + b);
        return Math.Clamp(mean + Math.Sqrt(mean * (1 - mean) / (a + b + 1)), LeastShare, MostShare);
    }
}
