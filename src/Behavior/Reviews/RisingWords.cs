using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Reviews;

/// <summary>A word that stands in more reviews than before.</summary>
/// <param name="P">Adjusted for the number of words looked at.</param>
public sealed record RisingWord(string Word, int Now, int Before, double LogOdds, double P);

/// <summary>
/// Words of a stretch of time against the time before: log-odds with the counts of both as prior, over their standard error.
/// </summary>
/// <remarks>Monroe, Colaresi and Quinn, "Fightin' Words" (2008); Benjamini and Hochberg (1995).</remarks>
internal static class RisingWords
{
    private const int FewestReviews = 4;
    private const double Prior = 0.5;
    private const double Believed = 0.05;
    private const int LongestRun = 4;

    public static IReadOnlyList<RisingWord> Of(IReadOnlyList<Review> now, IReadOnlyList<Review> before, int limit)
    {
        var (counts, earlier) = (Count(now), Count(before));
        var words = counts.Where(c => c.Value >= FewestReviews).Select(c =>
        {
            var (a, b) = (c.Value + Prior, earlier.GetValueOrDefault(c.Key) + Prior);
            var odds = Math.Log(a / (now.Count - a + 1)) - Math.Log(b / (Math.Max(before.Count, 1) - b + 1));
            return (Word: c.Key, Now: c.Value, Before: earlier.GetValueOrDefault(c.Key), Odds: odds, P: 1 - Gauss.Cdf(odds / Math.Sqrt(1 / a + 1 / b)));
        }).Where(w => double.IsFinite(w.Odds)).ToList();
        if (before.Count == 0 || words.Count == 0) return [];
        var adjusted = FalseDiscovery.Adjust([.. words.Select(w => w.P)]);
        var rising = words.Select((w, i) => new RisingWord(w.Word, w.Now, w.Before, w.Odds, adjusted[i])).Where(w => w.P <= Believed).OrderBy(w => w.P).ThenByDescending(w => w.Word.Length).ToList();
        // Of a run and what it holds, the longer says more.
        return [.. rising.Where(w => !rising.Any(o => o.Word.Length > w.Word.Length && o.Now >= w.Now * 0.8 && o.Word.Contains(w.Word, StringComparison.Ordinal))).Take(limit)];
    }

    /// <summary>How many reviews each word, or run of two to four Chinese characters, stands in.</summary>
    private static Dictionary<string, int> Count(IReadOnlyList<Review> reviews)
    {
        var counts = new Dictionary<string, int>();
        foreach (var review in reviews)
            foreach (var word in Words(review).Distinct()) counts[word] = counts.GetValueOrDefault(word) + 1;
        return counts;
    }

    private static IEnumerable<string> Words(Review review)
    {
        if (review.Language == TextLanguage.Chinese)
        {
            foreach (var run in review.Body.Split([.. review.Body.Where(c => c is < '\u4e00' or > '\u9fff').Distinct()], StringSplitOptions.RemoveEmptyEntries))
                for (var n = 2; n <= LongestRun; n++)
                    for (var i = 0; i + n <= run.Length; i++) yield return run.Substring(i, n);
            yield break;
        }
        foreach (var word in review.Body.ToLowerInvariant().Split([.. review.Body.Where(c => !char.IsLetter(c) && c != '\'').Distinct()], StringSplitOptions.RemoveEmptyEntries))
            if (word.Length > 3) yield return word;
    }
}
