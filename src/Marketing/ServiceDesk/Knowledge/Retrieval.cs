using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>How well the words of articles answer the words of a message.</summary>
/// <remarks>Okapi BM25 (Robertson and Zaragoza 2009), k1 1.2, b 0.75; words of English, runs of one to three characters of Chinese.</remarks>
internal sealed class Retrieval
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private static readonly TextShape English = new(1, 4, 5, false, false);
    private static readonly TextShape Chinese = new(0, 1, 3, true, false);

    private readonly List<(Article Article, CutText Cut, double Length)> _articles;
    private readonly Dictionary<ulong, int> _in = [];
    private readonly double _mean;

    public Retrieval(IEnumerable<Article> articles)
    {
        _articles = [.. articles.Select(a =>
        {
            var cut = CutText.Of($"{a.Title} {a.Title} {a.Body}", Shape(a.Language));
            return (a, cut, (double)cut.Counts.Sum());
        })];
        foreach (var (_, cut, _) in _articles)
            foreach (var key in cut.Keys) _in[key] = _in.GetValueOrDefault(key) + 1;
        _mean = _articles.Count == 0 ? 1 : Math.Max(1, _articles.Average(a => a.Length));
    }

    /// <summary>Every article with its score, best first; those without a common piece have 0.</summary>
    public IReadOnlyList<(Article Article, double Score)> Find(string message, string? language)
    {
        var asked = CutText.Of(message, Shape(language)).Keys.ToHashSet();
        return [.. _articles.Select(a => (a.Article, Score: Score(a.Cut, a.Length, asked))).OrderByDescending(a => a.Score).ThenBy(a => a.Article.Id)];
    }

    private double Score(CutText article, double length, HashSet<ulong> asked)
    {
        var sum = 0.0;
        for (var i = 0; i < article.Keys.Length; i++)
        {
            if (!asked.Contains(article.Keys[i])) continue;
            double n = _in[article.Keys[i]], count = article.Counts[i];
            sum += Math.Log(1 + (_articles.Count - n + 0.5) / (n + 0.5)) * count * (K1 + 1) / (count + K1 * (1 - B + B * length / _mean));
        }
        return sum;
    }

    private static TextShape Shape(string? language) => language == TextLanguage.Chinese ? Chinese : English;
}
