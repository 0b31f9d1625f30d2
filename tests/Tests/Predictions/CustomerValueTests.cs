using System.Globalization;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;
using BehaviorDashboard.Testing;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Predictions;

public sealed class CustomerValueTests
{
    /// <summary>Published for CDNOW's sample by Fader, Hardie and Lee (2005) and Fader and Hardie (2013).</summary>
    [Fact]
    public void Published_parameters_of_cdnow_come_out()
    {
        Assert.SkipWhen(Repository.Data is null, Repository.DataMissing);
        var customers = File.ReadLines(Path.Combine(Repository.Data!, "cdnow", "cdnow_customers_summary_with_transactions.csv")).Skip(1).Select(l => l.Split(',')).Select(f => f[^4..].Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray())
            .Select(f => new Purchases((int)f[0], f[1], f[2], f[3])).ToList();
        Assert.Equal(2_357, customers.Count);
        var counts = BgNbd.Fit(customers);
        Assert.Equal(0.2426, counts.R, 3);
        Assert.InRange(counts.Alpha, 4.413, 4.414);
        Assert.Equal(0.7929, counts.A, 3);
        Assert.InRange(counts.B, 2.425, 2.4265);
        Assert.InRange(counts.LogLikelihood, -9582.44, -9582.42);
        Assert.Equal(1.226, counts.Expected(new Purchases(2, 30.43, 38.86, 0), 39), 3);
        var spend = GammaGamma.Fit(customers)!;
        Assert.InRange(spend.P, 6.23, 6.27);
        Assert.InRange(spend.Q, 3.73, 3.76);
        Assert.InRange(spend.V, 15.4, 15.5);
    }

    private static PurchaseHistory Customer(Random random, int index, double rate, double leave, double spend, int days)
    {
        var (bought, at) = (new List<PurchaseDay>(), (double)random.Next(days / 2));
        while (at < days)
        {
            if (bought.Count == 0 || bought[^1].Day < (int)at) bought.Add(new PurchaseDay((int)at, 1, spend * (0.5 + random.NextDouble())));
            if (bought.Count > 1 && random.NextDouble() < leave) break;
            at += -Math.Log(1 - random.NextDouble()) / rate * 7;
        }
        return new PurchaseHistory("c" + index.ToString(CultureInfo.InvariantCulture), bought);
    }

    private static List<PurchaseHistory> World(int customers, int seed, int days)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, customers).Select(i => Customer(random, i, 0.05 + 0.4 * Math.Pow(random.NextDouble(), 2), 0.05 + 0.2 * random.NextDouble(), 20 + 60 * random.NextDouble(), days))];
    }

    [Fact]
    public void What_is_foretold_of_a_world_that_follows_the_model_comes_to_pass_within_its_bands()
    {
        var histories = World(1_500, 3, 540).Where(h => h.Exists(270)).ToList();
        var model = ValueModel.Fit(histories, 270);
        var forecasts = histories.Select(h => model.Forecast(h, 270, 270 / 7.0)).ToList();
        Assert.InRange(forecasts.Sum(f => f.Orders.Value) / histories.Sum(h => h.Count(270, 540)), 0.9, 1.1);
        Assert.InRange(forecasts.Sum(f => f.Value.Value) / histories.Sum(h => h.Value(270, 540)), 0.9, 1.1);
        Assert.InRange(forecasts.Zip(histories, (f, h) => h.Value(270, 540) is var v && v >= f.Value.Low && v <= f.Value.High ? 1.0 : 0).Average(), 0.75, 0.97);
        Assert.InRange(forecasts.Zip(histories, (f, h) => h.Count(270, 540) is var c && c >= f.Orders.Low && c <= f.Orders.High ? 1.0 : 0).Average(), 0.78, 1);
    }

    [Fact]
    public void Fifty_customers_are_enough_for_a_band_that_is_not_absurd()
    {
        var histories = World(50, 5, 270);
        var model = ValueModel.Fit(histories, 270);
        Assert.All(histories, h =>
        {
            var forecast = model.Forecast(h, 270, 13);
            Assert.True(double.IsFinite(forecast.Value.Value) && forecast.Value.Low <= forecast.Value.High);
            Assert.InRange(forecast.Orders.Value, 0, 40);
        });
    }

    [Fact]
    public void The_likelihood_sums_to_one_over_what_can_happen() => Gen.Select(Gen.Double[0.2, 2], Gen.Double[2, 10], Gen.Double[0.3, 2], Gen.Double[1.2, 4]).Sample((r, alpha, a, b) =>
    {
        // P(no repeat within T) from the likelihood, against its closed form.
        var none = Math.Exp(BgNbd.LogLikelihoodOf(new Purchases(0, 0, 20, 0), r, alpha, a, b));
        return Math.Abs(none - Math.Pow(alpha / (alpha + 20), r)) < 1e-9;
    });

    [Fact]
    public void Expectations_start_at_the_slope_of_the_rate_and_never_fall() => Gen.Select(Gen.Int[0, 8], Gen.Double[1, 30], Gen.Double[1, 3]).Sample((x, last, more) =>
    {
        var model = new BgNbd(0.4, 5, 0.8, 2.4, 0);
        var customer = new Purchases(x, x == 0 ? 0 : last, last * more, 0);
        var slope = model.Alive(customer) * (0.4 + x) / (5 + customer.Age);
        var few = Enumerable.Range(0, 12).Select(t => model.Expected(customer, t * 4)).ToArray();
        return Math.Abs(model.Expected(customer, 0.001) / 0.001 - slope) < 0.01 * slope + 1e-6 && few.Zip(few.Skip(1), (one, next) => next >= one - 1e-9).All(v => v) && model.Alive(customer) is > 0 and <= 1;
    });

    [Fact]
    public void A_longer_wait_is_needed_for_a_surer_next_order()
    {
        var model = new BgNbd(0.4, 5, 0.8, 2.4, 0);
        var customer = new Purchases(5, 20, 22, 0);
        Assert.True(model.NextOrder(customer, 0.1) < model.NextOrder(customer, 0.5) && model.NextOrder(customer, 0.5) < model.NextOrder(customer, 0.9));
    }

    [Fact]
    public void Spend_lies_between_the_customers_own_mean_and_everybodys()
    {
        var model = new GammaGamma(6.25, 3.74, 15.44);
        var everybody = model.Expected(default);
        Assert.InRange(model.Expected(new Purchases(1, 1, 2, 100)), everybody, 100);
        Assert.True(model.Expected(new Purchases(20, 1, 2, 100)) > model.Expected(new Purchases(1, 1, 2, 100)));
        Assert.Null(GammaGamma.Fit([new Purchases(1, 1, 2, 10)]));
    }

    [Fact]
    public void The_optimisers_gradient_is_the_likelihoods() => Gen.Double[-0.5, 0.5].Array[3].Sample(at =>
    {
        double Function(double[] p) => -GammaGamma.LogLikelihoodOf(new Purchases(3, 5, 9, 30), Math.Exp(1 + p[0]), Math.Exp(1 + p[1]), Math.Exp(3 + p[2]));
        var gradient = Bfgs.Gradient(Function, at);
        const double Step = 1e-4;
        return Enumerable.Range(0, 3).All(i =>
        {
            double Moved(double by) => Function([.. at.Select((a, j) => j == i ? a + by : a)]);
            var richardson = (8 * (Moved(Step) - Moved(-Step)) - (Moved(2 * Step) - Moved(-2 * Step))) / (12 * Step);
            return Math.Abs(richardson - gradient[i]) < 1e-5 * Math.Max(1, Math.Abs(gradient[i]));
        });
    });
}
