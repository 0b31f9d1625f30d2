using BehaviorDashboard.Learning;
using Xunit;

namespace BehaviorDashboard.Tests.Learning;

public sealed class CandidateTests
{
    private static readonly SearchBudget Small = new(TimeSpan.FromMinutes(5), Trials: 8);

    /// <summary>A world whose law is known: chances follow two of four figures, one of them only beyond a threshold.</summary>
    private static (LearningRows Rows, double[] Truth) World(int count, int seed, bool missing = true)
    {
        var random = new Random(seed);
        var (values, labels, truth) = (new float[count * 4], new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var (a, b) = (Normal.Draw(random), random.NextDouble());
            truth[i] = 1 / (1 + Math.Exp(-(-1.5 + a + (b > 0.7 ? 2 : 0))));
            labels[i] = random.NextDouble() < truth[i] ? 1 : 0;
            (values[i * 4], values[i * 4 + 1], values[i * 4 + 2], values[i * 4 + 3]) = ((float)a, (float)b, (float)random.NextDouble(), missing && random.Next(3) == 0 ? float.NaN : (float)random.NextDouble() * 100);
        }
        return (new LearningRows(["a", "b", "noise", "holes"], values, labels), truth);
    }

    public static TheoryData<string> Names => [.. Candidates.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_candidate_learns_comes_back_from_its_bytes_and_is_the_same_again(string name)
    {
        var candidate = Candidates.All.Single(c => c.Name == name);
        var (train, judge) = (World(3_000, 1).Rows, World(2_000, 2).Rows);
        var settings = candidate.Draw(new Random(1)).First();
        var model = candidate.Fit(train, LearningTask.Chance, settings, 7);
        var scores = model.Score(judge);
        Assert.True(new ChanceMetrics(scores, judge.Labels).Auc() > 0.72);
        Assert.Equal(scores, ModelBytes.Read<FittedModel>(ModelBytes.Write(model)).Score(judge));
        Assert.Equal(scores, candidate.Fit(train, LearningTask.Chance, settings, 7).Score(judge));
        Assert.Equal(name, model.Candidate);
    }

    [Theory, InlineData("linear"), InlineData("lightgbm"), InlineData("fasttree")]
    public void Contributions_add_up_to_what_sets_a_row_apart(string name)
    {
        var candidate = Candidates.All.Single(c => c.Name == name);
        var rows = World(2_000, 3).Rows;
        var model = candidate.Fit(rows, LearningTask.Chance, candidate.Draw(new Random(1)).First(), 7);
        var scores = model.Score(rows);
        double Rest(int i) => Math.Log(scores[i] / (1 - scores[i])) - model.Contributions(rows.Row(i)).Sum();
        Assert.All(Enumerable.Range(1, 50), i => Assert.Equal(Rest(0), Rest(i), 3));
        var weights = Enumerable.Range(0, 4).Select(f => Enumerable.Range(0, 200).Sum(i => Math.Abs(model.Contributions(rows.Row(i))[f]))).ToArray();
        Assert.True(weights[0] > 3 * weights[2] && weights[1] > 2 * weights[2]);
    }

    [Theory, InlineData("linear"), InlineData("lightgbm"), InlineData("fasttree"), InlineData("neighbours")]
    public void A_figure_is_learned_as_well(string name)
    {
        var (candidate, random) = (Candidates.All.Single(c => c.Name == name), new Random(4));
        var values = Enumerable.Range(0, 4_000).Select(_ => (float)random.NextDouble()).ToArray();
        var rows = new LearningRows(["a", "b"], values, [.. Enumerable.Range(0, 2_000).Select(i => 3 + 5.0 * values[2 * i] + 0.1 * Normal.Draw(random))]);
        var (train, judge) = (rows.Take([.. Enumerable.Range(0, 1_500)]), rows.Take([.. Enumerable.Range(1_500, 500)]));
        Assert.True(FigureMetrics.R2(candidate.Fit(train, LearningTask.Figure, candidate.Draw(random).First(), 1).Score(judge), judge.Labels) > 0.9);
    }

    [Fact]
    public void What_was_learned_is_calibrated_close_to_the_truth_and_says_what_it_leans_on()
    {
        var (rows, judge) = (World(6_000, 5).Rows, World(6_000, 6));
        var learned = ChanceLearner.Learn(rows, Splits.Pairs(rows, 3, 1), Candidates.All, Small, 1, TimeProvider.System);
        var chances = learned.Model.Score(judge.Rows);
        var report = ChanceLearner.Judge(chances, judge.Rows.Labels, null, rows.Mean, 1);
        Assert.True(report.BeatsBaseline);
        Assert.True(report.Measures["AUC"].Value > new ChanceMetrics(judge.Truth, judge.Rows.Labels).Auc() - 0.02);
        Assert.True(report.Measures["ECE"].Value < 0.03);
        Assert.Equal(["a", "b"], Importance.Permute(learned.Model.Score, judge.Rows, LearningTask.Chance, 1).Take(2).Select(d => d.Feature).Order());
        Assert.True(learned.Search.Trials.Select(t => t.Candidate).Distinct().Count() == 4);
        Assert.True(learned.Search.Trials.Max(t => t.Rows) > 2 * learned.Search.Trials.Min(t => t.Rows));
    }

    [Fact]
    public void Noise_is_called_not_better_than_the_baseline()
    {
        var random = new Random(8);
        var rows = new LearningRows(["x"], [.. Enumerable.Range(0, 600).Select(_ => (float)random.NextDouble())], [.. Enumerable.Range(0, 600).Select(_ => random.Next(2) * 1.0)]);
        var (train, judge) = (rows.Take([.. Enumerable.Range(0, 400)]), rows.Take([.. Enumerable.Range(400, 200)]));
        var learned = ChanceLearner.Learn(train, Splits.Pairs(train, 3, 1), Candidates.All, Small, 1, TimeProvider.System);
        Assert.False(ChanceLearner.Judge(learned.Model.Score(judge), judge.Labels, null, train.Mean, 1).BeatsBaseline);
    }

    [Fact]
    public void Fifty_people_get_wide_bands_that_hold_the_truth()
    {
        var (held, of, wide) = (0, 0, 0.0);
        for (var seed = 0; seed < 6; seed++)
        {
            var (rows, judge) = (World(50, 100 + seed).Rows, World(300, 200 + seed));
            var learned = ChanceLearner.Learn(rows, Splits.Pairs(rows, 5, 1), [Candidates.Linear], Small, 1, TimeProvider.System);
            foreach (var (band, truth) in learned.Model.Bands(judge.Rows).Zip(judge.Truth))
            {
                Assert.InRange(band.Value, band.Low, band.High);
                (held, of, wide) = (held + (truth >= band.Low && truth <= band.High ? 1 : 0), of + 1, wide + band.High - band.Low);
            }
        }
        Assert.True(held / (double)of > 0.6, $"{held / (double)of:0.00}");
        Assert.True(wide / of > 0.15, $"{wide / of:0.00}");
    }

    [Fact]
    public void A_search_stops_when_it_is_cancelled_and_when_its_time_is_up()
    {
        var rows = World(1_000, 1).Rows;
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => Search.Run(Candidates.All, Splits.Pairs(rows, 3, 1), LearningTask.Chance, Small, 1, TimeProvider.System, cancel: stop.Token));
        var hasty = Search.Run(Candidates.All, Splits.Pairs(rows, 3, 1), LearningTask.Chance, Small with { Time = TimeSpan.Zero }, 1, TimeProvider.System);
        Assert.True(hasty.OutOfTime);
        Assert.Equal(3, hasty.Foretold.Count);
    }

    [Fact]
    public void One_label_or_figures_that_never_vary_do_not_break_anything()
    {
        var rows = new LearningRows(["x", "y"], [1, float.NaN, 1, float.NaN, 1, float.NaN], [0, 0, 0]);
        foreach (var candidate in Candidates.All)
            Assert.All(candidate.Fit(rows, LearningTask.Chance, candidate.Draw(new Random(1)).First(), 1).Score(rows), p => Assert.InRange(p, 0, 0.5));
    }

    [Theory, InlineData("platt"), InlineData("isotonic")]
    public void Calibration_repairs_chances_that_boast(string kind)
    {
        var random = new Random(3);
        var truth = Enumerable.Range(0, 8_000).Select(_ => random.NextDouble() * 0.6).ToArray();
        var labels = truth.Select(p => random.NextDouble() < p ? 1.0 : 0).ToArray();
        var boasting = truth.Select(p => p * p / (p * p + (1 - p) * (1 - p) / 4)).ToArray();
        var calibrator = kind == "platt" ? Calibrator.Platt(boasting[..4000], labels[..4000]) : Calibrator.Isotonic(boasting[..4000], labels[..4000]);
        Assert.True(new ChanceMetrics(boasting[4000..], labels[4000..]).Ece() > 0.08);
        Assert.True(new ChanceMetrics(calibrator.Apply(boasting[4000..]), labels[4000..]).Ece() < 0.03);
        Assert.NotEqual("none", Calibrator.Learn(boasting[..4000], labels[..4000], 1).Kind);
    }
}
