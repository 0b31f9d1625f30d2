using BehaviorDashboard.Statistics;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Statistics;

/// <summary>The statistics against published figures, and what must hold for every input.</summary>
public sealed class StatisticsTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.001, -3.090232306167813)]
    [InlineData(1e-10, -6.361340902404056)]
    public void Quantiles_are_those_of_the_tables(double p, double z)
    {
        Assert.Equal(z, Gauss.Quantile(p), 9);
        Assert.Equal(p, Gauss.Cdf(z), 12);
    }

    [Fact]
    public void Chi_square_tails_are_those_of_the_tables()
    {
        Assert.Equal(0.05, Gauss.ChiSquareTail(3.841458820694124, 1), 10);
        Assert.Equal(0.01, Gauss.ChiSquareTail(11.344866730144373, 3), 10);
    }

    /// <summary>Newcombe 1998, table II: 56/70 against 48/80, and 10/10 against 0/20.</summary>
    [Fact]
    public void Bands_of_shares_are_the_published_ones()
    {
        var wilson = Proportions.Wilson(81, 263);
        Assert.Equal((0.2553, 0.3662), (Math.Round(wilson.Low, 4), Math.Round(wilson.High, 4)));
        var difference = Proportions.Newcombe(56, 70, 48, 80);
        Assert.Equal((0.2, 0.0524, 0.3339), (Math.Round(difference.Value, 4), Math.Round(difference.Low, 4), Math.Round(difference.High, 4)));
        var whole = Proportions.Newcombe(10, 10, 0, 20);
        Assert.Equal((0.6791, 1), (Math.Round(whole.Low, 4), whole.High));
    }

    [Fact]
    public void Bands_contain_the_estimate_and_stay_in_range() =>
        Gen.Select(Gen.Int[1, 3_000], Gen.Double[0, 1], Gen.Int[1, 3_000], Gen.Double[0, 1]).Sample((n, p, m, q) =>
        {
            var (a, b) = ((long)(n * p), (long)(m * q));
            var one = Proportions.Wilson(a, n);
            var two = Proportions.Newcombe(a, n, b, m);
            Assert.True(one.Low >= 0 && one.Low <= one.Value + 1e-12 && one.Value <= one.High + 1e-12 && one.High <= 1);
            Assert.True(two.Low >= -1 && two.Low <= two.Value + 1e-12 && two.Value <= two.High + 1e-12 && two.High <= 1);
            Assert.Equal(-two.Low, Proportions.Newcombe(b, m, a, n).High, 9);
        });

    [Fact]
    public void A_split_that_went_wrong_is_seen_and_a_fair_one_is_not()
    {
        Assert.Equal(0.0009, SampleRatio.Check([821_588, 815_482], [1, 1]).P, 2);
        Assert.True(SampleRatio.Check([821_588, 815_482], [1, 1]).IsWrong);
        Assert.False(SampleRatio.Check([5_020, 4_980], [1, 1]).IsWrong);
        Assert.True(SampleRatio.Check([10, 1], [1, 0]).IsWrong);
        Assert.Equal(1, SampleRatio.Check([0, 0], [1, 1]).P);
    }

    [Fact]
    public void Power_is_the_textbooks()
    {
        // Fleiss: 0.10 against 0.15, equal arms, 80 %: 686 an arm without correction.
        Assert.InRange(Power.SampleSize(0.10, 0.05, 0.5), 1_366, 1_376);
        Assert.Equal(long.MaxValue, Power.SampleSize(0.1, 0, 0.5));
        var (share, enough) = Power.Holdout(2_000, 0.05, 0.04);
        Assert.True(enough && share is >= 0.1 and < 0.5);
        Assert.Equal((0.5, false), Power.Holdout(60, 0.05, 0.01));
    }

    [Fact]
    public void False_discoveries_are_adjusted_as_published()
    {
        // Benjamini and Hochberg 1995, section 3: of these 15 the first four are believed at q = 0.05.
        double[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        var adjusted = FalseDiscovery.Adjust(p);
        Assert.Equal(4, adjusted.Count(q => q <= 0.05));
        Gen.Double[0, 1].Array[0, 40].Sample(ps => Assert.All(FalseDiscovery.Adjust(ps).Zip(ps), x => Assert.True(x.First >= x.Second - 1e-12 && x.First <= 1)));
    }

    /// <summary>Many streams, a look after every ten people: the band must never have missed, in 95 of 100.</summary>
    [Theory]
    [InlineData(0.05, 0.05)]
    [InlineData(0.03, 0.08)]
    public void The_truth_stays_inside_at_every_look(double held, double treated)
    {
        const int Streams = 400;
        var random = new Random(42);
        var missed = 0;
        for (var s = 0; s < Streams; s++)
        {
            var (t, h, nt, nh) = (0L, 0L, 0L, 0L);
            var bad = false;
            for (var i = 1; i <= 4_000 && !bad; i++)
            {
                if (random.NextDouble() < 0.7) (nt, t) = (nt + 1, t + (random.NextDouble() < treated ? 1 : 0));
                else (nh, h) = (nh + 1, h + (random.NextDouble() < held ? 1 : 0));
                if (i % 10 != 0 || Math.Min(t, h) < ConfidenceSequence.LeastOutcomes) continue;
                var band = ConfidenceSequence.Band(MeanDifference.Of(ArmMoments.OfShare(t, nt), ArmMoments.OfShare(h, nh)), i / 4_000.0);
                bad = !band.Contains(treated - held);
            }
            if (bad) missed++;
        }
        Assert.True(missed <= 0.05 * Streams, $"missed in {missed} of {Streams}");
    }

    [Fact]
    public void The_band_is_wider_than_a_single_look_and_narrowest_near_the_planned_end()
    {
        Assert.True(ConfidenceSequence.Width(1) > 1.96);
        Assert.True(ConfidenceSequence.Width(0.01) > ConfidenceSequence.Width(1));
        Assert.True(ConfidenceSequence.Width(100) > ConfidenceSequence.Width(1));
        Assert.Equal(Verdict.TooEarly, ConfidenceSequence.Judge(new Interval(1, 0.5, 2), 3));
        Assert.Equal((Verdict.Works, Verdict.Hurts), (ConfidenceSequence.Judge(new Interval(1, 0.5, 2), 30), ConfidenceSequence.Judge(new Interval(-1, -2, -0.5), 30)));
    }

    [Fact]
    public void What_was_known_before_narrows_the_band_and_moves_no_mean()
    {
        var random = new Random(1);
        var (with, without, off) = (0.0, 0.0, 0.0);
        for (var run = 0; run < 50; run++)
        {
            var arms = new[] { true, false }.Select(arm => Enumerable.Range(0, 500).Select(_ =>
            {
                var x = random.NextDouble() * 10;
                return (X: x, Y: 2 * x + random.NextDouble() * 5 + (arm ? 1 : 0));
            }).ToList()).Select(l => new ArmMoments(l.Count, l.Sum(v => v.Y), l.Sum(v => v.Y * v.Y), l.Sum(v => v.X), l.Sum(v => v.X * v.X), l.Sum(v => v.X * v.Y))).ToList();
            var adjusted = MeanDifference.Of(arms[0], arms[1]);
            with += adjusted.StandardError;
            without += MeanDifference.Of(arms[0] with { X = 0, XX = 0, XY = 0 }, arms[1] with { X = 0, XX = 0, XY = 0 }).StandardError;
            off += adjusted.Effect - 1;
            Assert.True(adjusted.Explained > 0.8);
        }
        Assert.True(with < without / 2);
        Assert.InRange(off / 50, -0.05, 0.05);
    }

    [Fact]
    public void A_ranking_by_the_truth_beats_every_other_and_a_constant_is_worth_nothing() =>
        Gen.Double[-1, 1].Array[5, 60].Sample(effects =>
        {
            var oracle = UpliftCurve.OfTruth(effects, effects);
            var random = new Random(effects.Length);
            var other = UpliftCurve.OfTruth([.. effects.Select(_ => random.NextDouble())], effects);
            Assert.True(oracle.Qini >= other.Qini - 1e-12 && oracle.Qini >= -1e-12);
            Assert.Equal(0, UpliftCurve.OfTruth([.. effects.Select(_ => 1.0)], effects).Qini, 12);
            Assert.Equal(effects.Average(), oracle.Points[^1].Gain, 12);
        });

    [Fact]
    public void Tenths_hold_everybody_once()
    {
        var rows = Enumerable.Range(0, 1_003).Select(i => new UpliftRow(i, i % 2 == 0, i % 7 == 0 ? 1 : 0)).ToList();
        var tenths = UpliftCurve.Deciles(rows);
        Assert.Equal((10, 1_003L), (tenths.Count, tenths.Sum(d => d.Treated + d.Held)));
        Assert.All(tenths, d => Assert.True(d.Effect.Low <= d.Effect.Value && d.Effect.Value <= d.Effect.High));
    }
}
