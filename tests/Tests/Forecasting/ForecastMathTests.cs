using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Forecasting.Ml;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Forecasting;

/// <summary>The arithmetic of demand: distributions, methods, filling, likeness.</summary>
public class ForecastMathTests
{
    private static readonly Gen<CountDistribution> Counts = Gen.Select(Gen.Double[0.05, 900], Gen.Double[1, 6]).Select(p => new CountDistribution(p.Item1, p.Item1 * p.Item2));

    [Fact]
    public void A_quantile_is_the_least_count_that_is_enough() => Gen.Select(Counts, Gen.Double[0.02, 0.98]).Sample((law, chance) =>
    {
        var q = law.Quantile(chance);
        return law.Mean > 400 ? Math.Abs(law.AtMost(q) - chance) < 0.01 : law.AtMost(q) >= chance - 1e-9 && (q == 0 || law.AtMost(q - 1) < chance + 1e-9);
    });

    [Fact]
    public void Units_beyond_a_stock_fall_with_the_stock_and_are_what_the_distribution_says() => Gen.Select(Counts, Gen.Int[0, 400]).Sample((law, stock) =>
    {
        var beyond = law.ExpectedBeyond(stock);
        if (beyond < law.ExpectedBeyond(stock + 1) - 1e-6 || beyond < Math.Max(0, law.Mean - stock) - 1e-6) return false;
        if (law.Mean > 100) return true;
        var (sum, k) = (0d, stock);
        while (law.AtMost(k) < 1 - 1e-12 && k < 5_000) sum += 1 - law.AtMost(k++);
        return Math.Abs(beyond - sum) < 1e-3 * (1 + sum);
    }, iter: 300);

    [Fact]
    public void Every_method_gives_as_many_finite_steps_as_asked_and_a_steady_series_goes_on() => Gen.Select(Gen.Double[0.5, 500], Gen.Int[30, 120], Gen.Int[1, 20]).Sample((level, length, horizon) =>
    {
        var steady = Enumerable.Repeat(level, length).ToArray();
        return PoolMember.ForDemand(52).Where(m => m.Name is not ("SBA")).Select(m => m.Run(PastSeries.All([steady]), horizon, 1)[0]).OfType<double[]>().All(p => p.Length == horizon && p.All(v => Math.Abs(v - level) < 0.02 * level + 1e-6));
    }, iter: 50);

    [Fact]
    public void Methods_see_a_trend_and_a_season()
    {
        double[] rising = [.. Enumerable.Range(0, 60).Select(t => 100 + 5d * t)];
        Assert.True(Smoothing.Theta(rising, 10)[9] > rising[^1] + 15);
        Assert.True(Smoothing.Damped(rising, 10)[9] > rising[^1] + 15);
        double[] seasonal = [.. Enumerable.Range(0, 48).Select(t => 100 + 40 * Math.Sin(t * Math.PI / 6))];
        var path = Seasonality.Adjusted(seasonal, 12, 12, 0, (y, h) => Smoothing.Simple(y, h))!;
        for (var h = 0; h < 12; h++) Assert.InRange(path[h], 100 + 40 * Math.Sin((48 + h) * Math.PI / 6) - 6, 100 + 40 * Math.Sin((48 + h) * Math.PI / 6) + 6);
        Assert.True(Seasonality.IsSeasonal(seasonal, 12));
        Assert.Null(Seasonality.Adjusted(seasonal[..20], 12, 12, 0, Smoothing.Damped));
    }

    [Fact]
    public void Rare_sales_come_to_their_rate()
    {
        var y = Enumerable.Range(0, 400).Select(t => t % 4 == 3 ? 8d : 0).ToArray();
        Assert.InRange(Intermittent.Croston(y, 1)[0], 1.9, 2.1);
        Assert.InRange(Intermittent.Croston(y, 1, 0.1, corrected: true)[0], 1.8, 2.0);
        Assert.InRange(Intermittent.Tsb(y, 1)[0], 1.6, 2.4);
        Assert.Equal(0, Intermittent.Croston(new double[20], 1)[0]);
        // What is sold no more is wanted no more, as TSB says and Croston does not.
        Assert.True(Intermittent.Tsb([.. y, .. new double[60]], 1)[0] < 0.2);
    }

    [Fact]
    public void Days_without_stock_are_filled_and_open_ones_never_touched() => Gen.Select(Gen.Double[0, 50].Array[10, 40], Gen.Double[0, 1].Array[40]).Sample((sold, shares) =>
    {
        var open = shares.Take(sold.Length).Select(s => s > 0.3 ? 1 : s).ToArray();
        var filled = OpenDemand.Fill(sold, open);
        return filled.Zip(sold, open).All(t => t.Third >= 0.999 ? t.First == t.Second : t.First >= t.Second && double.IsFinite(t.First));
    });

    [Fact]
    public void Classes_of_demand_are_told_apart()
    {
        Assert.Equal(DemandClass.Smooth, DemandClasses.Of(Enumerable.Range(0, 30).Select(t => 10d + t % 3).ToArray()));
        Assert.Equal(DemandClass.Intermittent, DemandClasses.Of(Enumerable.Range(0, 30).Select(t => t % 3 == 0 ? 4d : 0).ToArray()));
        Assert.Equal(DemandClass.Erratic, DemandClasses.Of(Enumerable.Range(0, 30).Select(t => t % 3 == 0 ? 40d : 3).ToArray()));
        Assert.Equal(DemandClass.Lumpy, DemandClasses.Of(Enumerable.Range(0, 30).Select(t => t % 6 == 0 ? 60d : t % 3 == 0 ? 3 : 0).ToArray()));
        Assert.Equal(DemandClass.New, DemandClasses.Of([1d, 2]));
    }

    [Fact]
    public void Bands_of_known_demand_hold_what_they_promise()
    {
        var random = new Random(3);
        var means = Enumerable.Range(0, 150).Select(_ => 2 + 18 * random.NextDouble()).ToArray();
        var series = means.Select(m => Enumerable.Range(0, 60).Select(_ => (double)DemandWorld.Poisson(random, m)).ToArray()).ToList();
        var run = DemandForecaster.Run([.. series.Select(y => y[..52])], new DemandSettings(8));
        double Covered(int chance) => series.Select((y, s) => y[52..].Select((v, h) => v <= run.Forecasts[s].Quantiles[chance][h] ? 1d : 0).Average()).Average();
        Assert.InRange(Covered(2), 0.88, 0.96);
        Assert.InRange(Covered(3), 0.93, 0.985);
        var wape = series.Select((y, s) => y[52..].Select((v, h) => Math.Abs(v - run.Forecasts[s].Mean[h])).Sum()).Sum() / series.Sum(y => y[52..].Sum());
        var naive = series.Sum(y => y[52..].Sum(v => Math.Abs(v - y[51]))) / series.Sum(y => y[52..].Sum());
        Assert.True(wape < 0.85 * naive, $"{wape} {naive}");
    }

    [Fact]
    public void What_shoppers_look_at_before_they_buy_is_seen_where_it_says_something()
    {
        // Every product rises and falls by itself, a few weeks after its views do.
        var (random, series, signals) = (new Random(9), new List<double[]>(), new List<DemandSignals>());
        for (var s = 0; s < 80; s++)
        {
            var interest = new double[64];
            for (var t = 0; t < 64; t++) interest[t] = 12 * Math.Exp(1.2 * Math.Sin((t + 9 * s) / 5d + random.NextDouble()));
            series.Add([.. Enumerable.Range(0, 60).Select(t => (double)DemandWorld.Poisson(random, interest[t]))]);
            signals.Add(new DemandSignals([.. Enumerable.Range(0, 60).Select(t => (double)DemandWorld.Poisson(random, 10 * interest[t + 3]))], new double[60], new double[60], [.. Enumerable.Repeat(10d, 60)]));
        }
        double Wape(IReadOnlyList<DemandSignals>? seen)
        {
            var run = DemandForecaster.Run([.. series.Select(y => y[..56])], new DemandSettings(3), seen?.Select(x => x.Before(4)).ToList());
            return series.Select((y, s) => y[56..59].Select((v, h) => Math.Abs(v - run.Forecasts[s].Mean[h])).Sum()).Sum() / series.Sum(y => y[56..59].Sum());
        }
        var (with, without) = (Wape(signals), Wape(null));
        Assert.True(with < 0.9 * without, $"{with} {without}");
    }

    [Fact]
    public void Days_take_their_share_of_the_week_and_a_products_own_pattern_comes_with_its_sales()
    {
        Assert.Equal([6, 5, 4, 3, 2, 1, 0, 6], Enumerable.Range(0, 8).Select(DayProfile.PlaceOf));
        Assert.Null(DayProfile.Shop([10, 10, 10, 10, 10, 10, 10]));
        var shop = DayProfile.Shop([100, 100, 100, 100, 100, 0, 300])!;
        Assert.Equal(1, shop.Sum(), 9);
        Assert.Equal(shop, DayProfile.Own(shop, new double[7]));
        Assert.InRange(DayProfile.Own(shop, [10_000, 0, 0, 0, 0, 0, 0])[0], 0.98, 1);
        var start = DemandWorld.Midnight;
        ForecastWeek[] weeks = [new(start, 14, 0, 0, null, 14, 9, 14, 20, 22), new(start.AddDays(7), 7, 0, 0, null, 7, 3, 7, 11, 12)];
        var forecast = new ProductForecast("p", "r", start, "Smooth", "own", 30, 1.2, 0.02, weeks, shop);
        var days = forecast.Days(d => start.AddDays(d));
        Assert.Equal([14d, 7d], [days.Take(7).Sum(d => d.Mean), days.Skip(7).Sum(d => d.Mean)]);
        Assert.Equal((0d, 0d, start.AddDays(6)), (days[5].Mean, days[5].Q95, days[6].Start));
        Assert.All(days, d => Assert.True(d.Q10 <= d.Q50 && d.Q50 <= d.Q90 && d.Q90 <= d.Q95));
        Assert.Empty((forecast with { DayShares = null }).Days(d => start.AddDays(d)));
    }

    [Fact]
    public void Price_effects_and_likeness_are_found()
    {
        var random = new Random(5);
        var weeks = Enumerable.Range(0, 60).Select(_ => (IReadOnlyList<(double, double)>)[.. Enumerable.Range(0, 40).Select(_ => Math.Exp(random.NextDouble() * 0.6)).Select(price => (20 * Math.Pow(price, -2) * (0.9 + 0.2 * random.NextDouble()), price))]);
        var elasticity = PriceEffect.Elasticity(weeks);
        Assert.InRange(elasticity, 1.7, 2.1);
        Assert.Equal(1, PriceEffect.Factor(elasticity, 10, 10.1));
        Assert.InRange(PriceEffect.Factor(2, 10, 8), 1.5, 1.6);
        var mug = new ProductTraits("m", "Blue mug", "Mugs", null, 10);
        Assert.True(LookAlikes.Likeness(mug, new("n", "Red mug", "Mugs", null, 11)) > LookAlikes.Likeness(mug, new("o", "Teapot", "Mugs", null, 40)));
        Assert.Equal(0, LookAlikes.Likeness(mug, new("s", "Blue mug", "Sofas", null, 10)));
        Assert.Null(LookAlikes.Level(mug, [], []));
    }
}
