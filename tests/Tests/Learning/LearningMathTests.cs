using BehaviorDashboard.Learning;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Learning;

public sealed class LearningMathTests
{
    [Fact]
    public void The_gamma_function_and_its_shares_agree_with_tables()
    {
        Assert.Equal(Math.Log(362_880), Special.LogGamma(10), 10);
        Assert.Equal(0.5723649429247001, Special.LogGamma(0.5), 10);
        Assert.Equal(-Math.Log(0.5) / 0.5, Special.Hypergeometric(1, 1, 2, 0.5), 10);
        Assert.Equal(1 - Math.Exp(-2), Special.GammaShare(1, 2), 10);
        Assert.Equal(0.5, Special.GammaShare(3.7, Special.GammaQuantile(3.7, 0.5)), 6);
        Assert.Equal(2, Special.GammaQuantile(1, 1 - Math.Exp(-2)), 6);
    }

    [Fact]
    public void The_optimiser_finds_the_bottom_of_a_curved_valley()
    {
        var found = Bfgs.Minimise(x => Math.Pow(1 - x[0], 2) + 100 * Math.Pow(x[1] - x[0] * x[0], 2), [-1.2, 1], iterations: 2000);
        Assert.Equal(1, found.At[0], 3);
        Assert.Equal(1, found.At[1], 3);
    }

    [Fact]
    public void Solving_gives_back_what_was_multiplied() => Gen.Double[-2, 2].Array[12].Sample(values =>
    {
        var matrix = new double[3, 3];
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++) matrix[i, j] = Enumerable.Range(0, 3).Sum(k => values[i * 3 + k] * values[j * 3 + k]) + (i == j ? 0.5 : 0);
        var x = values[9..];
        double[] target = [.. Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 3).Sum(j => matrix[i, j] * x[j]))];
        return Cholesky.Solve(matrix, target).Zip(x, (a, b) => Math.Abs(a - b)).Max() < 1e-8;
    });

    [Fact]
    public void Auc_is_the_share_of_pairs_put_in_order_with_ties_counting_half() => Gen.Select(Gen.Int[0, 5].Array[2, 30], Gen.Bool.Array[30]).Sample((scores, happened) =>
    {
        var labels = scores.Select((_, i) => happened[i] ? 1.0 : 0).ToArray();
        var pairs = (from i in Enumerable.Range(0, scores.Length) from j in Enumerable.Range(0, scores.Length) where labels[i] > labels[j] select scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0).ToList();
        var auc = new ChanceMetrics([.. scores.Select(s => s / 5.0)], labels).Auc();
        return pairs.Count == 0 ? double.IsNaN(auc) : Math.Abs(auc - pairs.Average()) < 1e-12;
    });

    [Fact]
    public void Counting_rows_twice_is_measuring_a_table_with_every_row_twice()
    {
        double[] chances = [0.1, 0.4, 0.35, 0.8], labels = [0, 0, 1, 1];
        int[] twice = [2, 0, 1, 3];
        var (weighted, long_) = (new ChanceMetrics(chances, labels), new ChanceMetrics([0.1, 0.1, 0.35, 0.8, 0.8, 0.8], [0, 0, 1, 1, 1, 1]));
        Assert.Equal(long_.Auc(), weighted.Auc(twice), 12);
        Assert.Equal(long_.LogLoss(), weighted.LogLoss(twice), 12);
        Assert.Equal(long_.Brier(), weighted.Brier(twice), 12);
        Assert.Equal(long_.Ece(), weighted.Ece(twice), 12);
    }

    [Fact]
    public void Intervals_of_the_bootstrap_hold_the_truth_about_as_often_as_they_say()
    {
        var (random, held) = (new Random(5), 0);
        for (var world = 0; world < 200; world++)
        {
            var values = Enumerable.Range(0, 80).Select(_ => Normal.Draw(random)).ToArray();
            var mean = Estimate.Bootstrap(80, w => values.Select((v, i) => v * (w?[i] ?? 1)).Sum() / 80, world);
            if (mean.Low <= 0 && mean.High >= 0) held++;
        }
        Assert.InRange(held, 178, 200);
    }

    [Fact]
    public void Figures_explain_nothing_when_they_always_say_the_mean_and_all_when_they_are_right()
    {
        double[] came = [1, 2, 3, 6];
        Assert.Equal(0, FigureMetrics.R2([3, 3, 3, 3], came), 12);
        Assert.Equal(1, FigureMetrics.R2(came, came), 12);
        Assert.Equal(3.5, FigureMetrics.Mse([3, 3, 3, 3], came), 12);
    }

    [Fact]
    public void Drift_is_nil_for_the_same_values_and_large_for_moved_ones()
    {
        var random = new Random(1);
        var shape = ValueShape.Of(Enumerable.Range(0, 5_000).Select(_ => random.NextDouble()));
        Assert.InRange(shape.Psi(Enumerable.Range(0, 5_000).Select(_ => random.NextDouble())), 0, 0.02);
        Assert.True(shape.Psi(Enumerable.Range(0, 5_000).Select(_ => random.NextDouble() / 2)) > 0.25);
        Assert.True(shape.Psi(Enumerable.Range(0, 5_000).Select(i => i % 3 == 0 ? double.NaN : random.NextDouble())) > 0.25);
    }

    [Fact]
    public void Splits_by_time_keep_instants_whole_and_the_future_out_of_the_past() => Gen.Long[0, 12].Array[1, 60].Sample(times =>
    {
        var split = Splits.ByTime(times, 0.2, 0.2);
        return split.Train.Concat(split.Validation).Concat(split.Test).Order().SequenceEqual(Enumerable.Range(0, times.Length))
            && split.Train.All(a => split.Validation.Concat(split.Test).All(b => times[a] < times[b])) && split.Validation.All(a => split.Test.All(b => times[a] < times[b]));
    });

    [Fact]
    public void Folds_keep_groups_whole_and_use_every_row_once() => Gen.Select(Gen.Int[0, 9].Array[10, 60], Gen.Int[2, 5]).Sample((groups, folds) =>
    {
        var fold = Splits.Folds([.. groups.Select(g => g % 2 == 0 ? 1.0 : 0)], folds, 3, groups);
        return groups.Select((g, i) => (g, fold[i])).GroupBy(x => x.g).All(g => g.Select(x => x.Item2).Distinct().Count() == 1);
    });

    [Fact]
    public void A_rolling_split_never_teaches_with_what_was_not_known_yet()
    {
        long[] times = [0, 10, 20, 30, 40];
        var windows = Splits.Rolling(times, 2, 20);
        Assert.Equal([1, 0], windows[0].Train.OrderByDescending(i => i));
        Assert.Equal([3], windows[0].Judge);
        Assert.All(windows, w => Assert.All(w.Train, i => Assert.True(times[i] + 20 <= times[w.Judge[0]])));
    }
}
