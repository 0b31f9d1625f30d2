namespace BehaviorDashboard.ServiceDesk;

/// <summary>
/// Chance that an agent takes an article: a logistic model over a few features, learnt from each decision as it is made.
/// Before the first decision it holds what common sense says.
/// </summary>
/// <remarks>Online logistic regression with steps that shrink as one over the root of the number of decisions (Zinkevich 2003).</remarks>
internal sealed record Ranker(double[] Weights, long Updates)
{
    private const double Step = 0.3;
    private const double MostStep = 4;

    public static Ranker Initial { get; } = new([1.5, 1, 2.5, 1.5, 1, -3.5], 0);

    /// <summary>Words in common (share of the best, and how strong), the intent's chance where the article is for it, same language, how often it was taken, and one for the bias.</summary>
    public static double[] Of(double score, double best, double intentChance, bool sameLanguage, long shown, long accepted) =>
        [best > 0 ? score / best : 0, score / (score + 10), intentChance, sameLanguage ? 1 : 0, (accepted + 1.0) / (shown + 3), 1];

    public double Chance(double[] features) => 1 / (1 + Math.Exp(-Weights.Zip(features, (w, f) => w * f).Sum()));

    /// <param name="taken">1 taken, 0 not; an edited answer counts less.</param>
    public Ranker Learn(double[] features, double taken)
    {
        var rate = Step / Math.Sqrt(1 + Updates / 10.0);
        var gap = taken - Chance(features);
        return new Ranker([.. Weights.Select((w, i) => Math.Clamp(w + rate * gap * features[i], -MostStep * 2, MostStep * 2))], Updates + 1);
    }
}
