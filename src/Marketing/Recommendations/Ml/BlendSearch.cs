using System.Numerics.Tensors;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// Weights of a blend by greedy ensemble selection (Caruana et al., ICML 2004): start from the best single voice, then change one
/// weight at a time while the validation nDCG grows by more than chance would give.
/// </summary>
internal static class BlendSearch
{
    private const double Gain = 2e-4;

    /// <summary>Numbers kept in memory at once; people are sampled to fit.</summary>
    private const long Budget = 60_000_000;

    public static float[] Weights(IReadOnlyList<IItemScorer> voices, Interactions train, Interactions held, int k, IReadOnlyList<float> steps)
    {
        var most = (int)Math.Max(50, Budget / ((long)train.ItemCount * voices.Count));
        var people = Enumerable.Range(0, held.UserCount).Where(user => held.ItemsOf(user).Length > 0).Take(most).ToArray();
        var scores = new float[people.Length][][];
        Parallel.For(0, people.Length, Cores.Options, n => scores[n] = [.. voices.Select(voice => Scored(voice, train, people[n]))]);
        double Quality(float[] weights)
        {
            var lists = new int[people.Length][];
            Parallel.For(0, people.Length, Cores.Options, () => new float[train.ItemCount], (n, _, sum) =>
            {
                Array.Clear(sum);
                for (var voice = 0; voice < weights.Length; voice++)
                    if (weights[voice] > 0)
                        TensorPrimitives.MultiplyAdd(scores[n][voice], weights[voice], sum, sum);
                foreach (var item in train.ItemsOf(people[n]))
                    sum[item] = float.NegativeInfinity;
                lists[n] = TopItems.Of(sum, k);
                return sum;
            }, _ => { });
            return RankingEvaluator.Each(people, lists, held, k).DefaultIfEmpty().Average();
        }
        var singles = voices.Select((_, voice) => Only(voices.Count, voice)).ToArray();
        var qualities = singles.Select(Quality).ToArray();
        var best = Array.IndexOf(qualities, qualities.Max());
        var (weights, quality) = (singles[best], qualities[best]);
        for (var improved = true; improved;)
        {
            improved = false;
            for (var voice = 0; voice < voices.Count; voice++)
            {
                foreach (var step in steps.Prepend(0))
                {
                    if (step == weights[voice] || voice == best && step == 0)
                        continue;
                    var trial = (float[])weights.Clone();
                    trial[voice] = step;
                    if (Quality(trial) is var reached && reached > quality + Gain)
                        (weights, quality, improved) = (trial, reached, true);
                }
            }
        }
        return weights;
    }

    private static float[] Scored(IItemScorer voice, Interactions train, int user)
    {
        var scores = new float[train.ItemCount];
        voice.Score(new History(train.ItemsOf(user), train.WeightsOf(user)), scores);
        Blend.Standardise(scores);
        return scores;
    }

    private static float[] Only(int count, int voice)
    {
        var weights = new float[count];
        weights[voice] = 1;
        return weights;
    }
}
