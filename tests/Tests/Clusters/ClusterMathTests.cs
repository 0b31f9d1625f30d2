using BehaviorDashboard.Clusters;
using BehaviorDashboard.Learning;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Clusters;

public sealed class ClusterMathTests
{
    [Fact]
    public void Agreement_does_not_depend_on_names_and_is_near_zero_by_chance()
    {
        Gen.Int[0, 4].Array[50, 80].Sample(labels =>
        {
            Assert.Equal(1, ClusterMetrics.AdjustedRand(labels, [.. labels.Select(l => 10 - l)]), 9);
        });
        var random = new Random(1);
        int[] Draw() => [.. Enumerable.Range(0, 5_000).Select(_ => random.Next(4))];
        Assert.InRange(ClusterMetrics.AdjustedRand(Draw(), Draw()), -0.01, 0.01);
    }

    [Fact]
    public void Every_row_lies_at_its_nearest_centroid_and_every_centroid_at_the_mean_of_its_rows()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Int[2, 11], Gen.Int[0, 1_000]).Sample((columns, k, seed) =>
        {
            var random = new Random(seed);
            float[] rows = [.. Enumerable.Range(0, 200 * columns).Select(_ => (float)(random.NextDouble() * 4 + (random.Next(3) * 5)))];
            var fit = KMeans.Fit(rows, columns, k, new KMeansOptions(seed, 2));
            Assert.Equal(k, fit.Centroids.Length);
            var sum = 0.0;
            for (var i = 0; i < 200; i++)
            {
                var distances = fit.Centroids.Select(c => c.Select((v, f) => Math.Pow(v - rows[i * columns + f], 2)).Sum()).ToArray();
                Assert.True(distances[fit.Labels[i]] <= distances.Min() + 1e-3, $"row {i}");
                sum += distances[fit.Labels[i]];
            }
            Assert.Equal(sum, fit.Inertia, sum * 1e-4 + 1e-3);
        }, iter: 20, threads: 1);
    }

    [Fact]
    public void The_same_seed_finds_the_same_clusters_and_known_ones_are_found_again()
    {
        var (rows, labels) = Known(3_000, 5);
        var (one, two) = (KMeans.Fit(rows, 3, 5, new KMeansOptions(4)), KMeans.Fit(rows, 3, 5, new KMeansOptions(4)));
        Assert.Equal(one.Labels, two.Labels);
        Assert.True(ClusterMetrics.AdjustedRand(one.Labels, labels) > 0.97);
        Assert.Equal(5, ClusterCount.Propose(ClusterCount.Try(rows, 3, 8, 1)));
    }

    [Fact]
    public void The_best_assignment_is_the_best_of_all_orders()
    {
        Gen.Double[0, 10].Array[4].Array[4].Sample(gain =>
        {
            var found = Assignment.Best(gain);
            Assert.Equal(4, found.Distinct().Count());
            Assert.Equal(Orders([0, 1, 2, 3]).Max(o => o.Select((c, r) => gain[r][c]).Sum()), found.Select((c, r) => gain[r][c]).Sum(), 6);
        });

        static IEnumerable<int[]> Orders(int[] left) => left.Length == 0 ? [[]] : left.SelectMany(x => Orders([.. left.Where(y => y != x)]).Select(o => (int[])[x, .. o]));
    }

    [Fact]
    public void Skewed_features_get_a_logarithm_outliers_are_pulled_in_and_twins_share_a_component()
    {
        var random = new Random(2);
        double[] skewed = [.. Enumerable.Range(0, 2_000).Select(_ => Math.Exp(random.NextDouble() * 6))];
        double[] twin = [.. skewed.Select(v => v * 2)];
        double[] plain = [.. Enumerable.Range(0, 2_000).Select(i => i == 0 ? 1e9 : i % 7 == 0 ? double.NaN : random.NextDouble())];
        double[] flat = [.. Enumerable.Repeat(3.0, 2_000)];
        double[] empty = [.. Enumerable.Repeat(double.NaN, 2_000)];
        var learned = Preparation.Learn(["skewed", "twin", "plain", "flat", "empty"], [skewed, twin, plain, flat, empty]);
        Assert.Equal([true, true, false], learned.Features.Select(f => f.Log));
        Assert.True(learned.Features[2].High < 1.1);
        Assert.Equal([("flat", "constant"), ("empty", "missing")], learned.Dropped.Select(d => (d.Key, d.Reason)));
        Assert.Equal(("skewed", "twin"), (Assert.Single(learned.Correlated).One, learned.Correlated[0].Other));
        Assert.Equal(2, learned.Components.Length);
        Assert.All(learned.Apply([skewed[1], twin[1], double.NaN]), v => Assert.True(double.IsFinite(v)));
    }

    internal static (float[] Rows, int[] Labels) Known(int count, int clusters)
    {
        var random = new Random(9);
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(clusters))];
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return ([.. labels.SelectMany(l => new[] { l * 7 + Normal(), l % 2 * 7 + Normal(), l % 3 * 7 + Normal() }).Select(v => (float)v)], labels);
    }
}
