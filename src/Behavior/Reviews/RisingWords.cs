using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.Statistics;

namespace BehaviorDashboard.Reviews;

/// <summary>A word that stands in more reviews than before.</summary>
/// <param name="P">Adjusted for the number of words looked at.</param>
public sealed record RisingWord(string Word, int Now, int Before, double LogOdds, double P);

/// <summary>
/// Words of a stretch of time against the time before: log-odds with half a review added to each side, believed by Fisher's
/// exact test after Benjamini and Hochberg's adjustment. A word that was never said before has no standard error to trust.
/// </summary>
internal static class RisingWords
{
    private const int FewestReviews = 4;
    private const double Prior = 0.5;
    private const double Believed = 0.05;
    private const int LongestRun = 8;

    public static IReadOnlyList<RisingWord> Of(IReadOnlyList<Review> now, IReadOnlyList<Review> before, int limit)
    {
        var (counts, earlier) = (Count(now), Count(before));
        var words = counts.Where(c => c.Value >= FewestReviews).Select(c =>
        {
            var (a, b) = (c.Value + Prior, earlier.GetValueOrDefault(c.Key) + Prior);
            var odds = Math.Log(a / (now.Count - a + 1)) - Math.Log(b / (Math.Max(before.Count, 1) - b + 1));
            return (Word: c.Key, Now: c.Value, Before: earlier.GetValueOrDefault(c.Key), Odds: odds, P: Tail(c.Value, now.Count, earlier.GetValueOrDefault(c.Key), before.Count));
        }).Where(w => double.IsFinite(w.Odds)).ToList();
        if (before.Count == 0 || words.Count == 0) return [];
        var adjusted = FalseDiscovery.Adjust([.. words.Select(w => w.P)]);
        var rising = words.Select((w, i) => new RisingWord(w.Word, w.Now, w.Before, w.Odds, adjusted[i])).Where(w => w.P <= Believed).OrderBy(w => w.P).ThenByDescending(w => w.Word.Length).ToList();
        // Of a run and what it holds, the longer says more.
        return [.. rising.Where(w => !rising.Any(o => o.Word.Length > w.Word.Length && o.Now >= w.Now * 0.8 && o.Word.Contains(w.Word, StringComparison.Ordinal))).Take(limit)];
    }

    /// <summary>Chance that of all reviews with the word at least so many are new ones, if it were said no more often now (hypergeometric tail).</summary>
    internal static double Tail(int hits, int of, int hitsBefore, int ofBefore)
    {
        var (with, all) = (hits + hitsBefore, of + ofBefore);
        if (hits <= (double)with * of / all) return 1;
        // The chance of exactly so many in logarithms; each larger one follows from the one before.
        var log = 0.0;
        for (var k = 1; k <= with; k++) log += Math.Log(k) - Math.Log(all - k + 1.0);
        for (var k = 0; k < hits; k++) log += Math.Log(of - k) - Math.Log(k + 1.0);
        for (var k = 0; k < hitsBefore; k++) log += Math.Log(ofBefore - k) - Math.Log(k + 1.0);
        var (term, sum) = (Math.Exp(log), 0.0);
        for (var x = hits; x <= Math.Min(with, of); x++)
        {
            sum += term;
            term *= (with - x) * (double)(of - x) / ((x + 1.0) * (all - with - of + x + 1.0));
        }
        return Math.Min(1, sum);
    }

    /// <summary>How many reviews each word, or run of two to eight Chinese characters, stands in.</summary>
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
