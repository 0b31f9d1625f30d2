using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Clusters;

/// <summary>What speaks for a number of clusters.</summary>
/// <param name="Stability">Mean agreement (adjusted Rand) of the clusters of bootstrap samples with those of the whole sample.</param>
public sealed record CountChoice(int K, double Silhouette, double Stability);

/// <summary>
/// How many clusters there are: of the numbers whose clusters come back when the people are drawn again, the largest that is
/// nearly as well separated as the best one.
/// </summary>
/// <remarks>Stability by resampling: Hennig, "Cluster-wise assessment of cluster stability" (2007).</remarks>
public static class ClusterCount
{
    public const double Stable = 0.85;
    private const double NearlyAsGood = 0.9;
    private const int Sample = 2_000;
    private const int Bootstraps = 6;

    /// <param name="progress">How many numbers were tried, and of how many.</param>
    public static IReadOnlyList<CountChoice> Try(ReadOnlyMemory<float> rows, int columns, int most, int seed, Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        var count = rows.Length / columns;
        var picked = Sampling.Rows(rows.Span, columns, Sampling.Indices(count, Sample, seed)).AsMemory();
        var size = picked.Length / columns;
        var top = Math.Min(most, KMeans.Distinct(picked.Span, columns, most));
        var choices = new List<CountChoice>();
        for (var k = 2; k <= top; k++)
        {
            progress?.Invoke(k - 2, top - 1);
            var whole = KMeans.Fit(picked, columns, k, new KMeansOptions(seed, 4), cancel);
            var agreement = Enumerable.Range(0, Bootstraps).Average(b =>
            {
                var again = Sampling.Rows(picked.Span, columns, Sampling.Bootstrap(size, unchecked(seed * 31 + b)));
                if (KMeans.Distinct(again, columns, k) < k) return 0;
                var fit = KMeans.Fit(again, columns, k, new KMeansOptions(unchecked(seed + 1 + b), 3), cancel);
                return ClusterMetrics.AdjustedRand(whole.Labels, KMeans.Assign(picked, columns, fit.Centroids));
            });
            choices.Add(new CountChoice(k, ClusterMetrics.Silhouette(picked.Span, columns, whole.Labels, 1_000, seed), agreement));
        }
        return choices;
    }

    /// <summary>The number proposed; where none is stable, the most stable one.</summary>
    public static int Propose(IReadOnlyList<CountChoice> choices)
    {
        var stable = choices.Where(c => c.Stability >= Stable).ToList();
        if (stable.Count == 0) return choices.MaxBy(c => c.Stability)!.K;
        var best = stable.Max(c => c.Silhouette);
        return stable.Where(c => c.Silhouette >= NearlyAsGood * best).Max(c => c.K);
    }
}
