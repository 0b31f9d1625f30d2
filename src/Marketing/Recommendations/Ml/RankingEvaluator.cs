namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>Offline quality of top-k lists against what people really touched later.</summary>
/// <param name="Ndcg">Binary relevance, logarithm of the place, against the best possible list of the same length.</param>
/// <param name="MeanAveragePrecision">Precision at each hit, summed and divided by all the person's relevant products.</param>
/// <param name="Coverage">Share of the catalogue that was shown to anybody.</param>
/// <param name="Novelty">Mean −log₂ of the share of people who touched a shown product: higher is less obvious.</param>
public sealed record RankingQuality(double Ndcg, double MeanAveragePrecision, double Precision, double Recall, double Coverage, double Novelty, int People);

/// <summary>Evaluates a scorer: products the person touched in training are never recommended again.</summary>
public static class RankingEvaluator
{
    public static RankingQuality Evaluate(IItemScorer scorer, Interactions train, Interactions test, int k)
    {
        var people = Enumerable.Range(0, test.UserCount).Where(user => test.ItemsOf(user).Length > 0).ToArray();
        return Measure(people, Lists(scorer, train, people, k), train, test, k);
    }

    /// <summary>The k best products of each of these people that they have not touched in training.</summary>
    public static int[][] Lists(IItemScorer scorer, Interactions train, int[] people, int k)
    {
        var lists = new int[people.Length][];
        Parallel.For(0, people.Length, Cores.Options, () => new float[train.ItemCount], (n, _, scores) =>
        {
            var user = people[n];
            scorer.Score(new History(train.ItemsOf(user), train.WeightsOf(user)), scores);
            foreach (var item in train.ItemsOf(user))
                scores[item] = float.NegativeInfinity;
            lists[n] = TopItems.Of(scores, k);
            return scores;
        }, _ => { });
        return lists;
    }

    /// <summary>nDCG of each person's list.</summary>
    public static double[] Each(int[] people, int[][] lists, Interactions test, int k) => [.. people.Select((user, n) => Ndcg(lists[n], test.ItemsOf(user), k))];

    /// <summary>Binary relevance of a list against products in ascending order.</summary>
    public static double Ndcg(int[] list, ReadOnlySpan<int> relevant, int k)
    {
        var gain = 0.0;
        for (var place = 0; place < list.Length; place++)
            if (relevant.BinarySearch(list[place]) >= 0) gain += 1 / Math.Log2(place + 2);
        return relevant.Length == 0 ? 0 : gain / Ideal(Math.Min(k, relevant.Length));
    }

    public static RankingQuality Measure(int[] people, int[][] lists, Interactions train, Interactions test, int k)
    {
        var byItem = train.Transposed();
        var known = Enumerable.Range(0, train.ItemCount).Count(item => byItem.ItemsOf(item).Length > 0);
        double ndcg = 0, map = 0, precision = 0, recall = 0, novelty = 0;
        var (shown, seen) = (0, new HashSet<int>());
        for (var n = 0; n < people.Length; n++)
        {
            var relevant = test.ItemsOf(people[n]);
            var (hits, precisions) = (0, 0.0);
            for (var place = 0; place < lists[n].Length; place++)
            {
                var item = lists[n][place];
                seen.Add(item);
                shown++;
                novelty -= Math.Log2((byItem.ItemsOf(item).Length + 1.0) / (train.UserCount + 1.0));
                if (relevant.BinarySearch(item) < 0)
                    continue;
                hits++;
                precisions += hits / (place + 1.0);
            }
            ndcg += Ndcg(lists[n], relevant, k);
            map += precisions / relevant.Length;
            precision += hits / (double)k;
            recall += hits / (double)relevant.Length;
        }
        var count = Math.Max(people.Length, 1);
        return new RankingQuality(ndcg / count, map / count, precision / count, recall / count,
            seen.Count / (double)Math.Max(known, 1), novelty / Math.Max(shown, 1), people.Length);
    }

    private static double Ideal(int relevant)
    {
        var sum = 0.0;
        for (var place = 0; place < relevant; place++) sum += 1 / Math.Log2(place + 2);
        return sum;
    }
}
