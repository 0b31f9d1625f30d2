using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>What is foretold of one customer for a stretch of time.</summary>
/// <param name="Orders">Expected order days, with the band of 80 %.</param>
/// <param name="Value">Expected spend, with the band of 80 %.</param>
/// <param name="Variance">Of the spend.</param>
public sealed record ValueForecast(Estimate Orders, Estimate Value, double Variance);

/// <summary>
/// Customer value: how many orders (BG/NBD, with what the first order told where that explains more) times what an order
/// brings (Gamma-Gamma).
/// </summary>
/// <param name="Covariates">Null where they explain too little.</param>
/// <param name="MeanSpend">For customers where spend cannot be learned.</param>
public sealed record ValueModel(BgNbd Counts, GammaGamma? Spend, BgNbdCovariates? Covariates, double MeanSpend)
{
    private const double Band = 0.8;

    /// <summary>Learns from what was known at the end of a day.</summary>
    public static ValueModel Fit(IReadOnlyList<PurchaseHistory> histories, int day, CancellationToken cancel = default)
    {
        var known = histories.Where(h => h.Exists(day)).ToList();
        var customers = known.Select(h => h.At(day)).ToList();
        var counts = BgNbd.Fit(customers, cancel);
        var mean = known.SelectMany(h => h.Days.Where(d => d.Day <= day)).Select(d => d.Value).DefaultIfEmpty(0).Average();
        return new ValueModel(counts, GammaGamma.Fit(customers, cancel), BgNbdCovariates.Fit(known, customers, counts, cancel), mean);
    }

    /// <summary>The model of order counts of one customer.</summary>
    public BgNbd CountsOf(PurchaseHistory history) => Covariates?.Of(history) ?? Counts;

    public double ExpectedSpend(in Purchases c) => Spend?.Expected(c) ?? (c.Repeats > 0 && c.Spend > 0 ? (c.Spend * c.Repeats + MeanSpend * 3) / (c.Repeats + 3) : MeanSpend);

    public ValueForecast Forecast(PurchaseHistory history, int day, double weeks)
    {
        var c = history.At(day);
        var counts = CountsOf(history);
        var (orders, alive, spend) = (counts.Expected(c, weeks), counts.Alive(c), ExpectedSpend(c));
        // Orders: gone with 1 - P(alive), else a negative binomial of the customer's own shape around the expectation.
        var (shape, middle) = (counts.R + c.Repeats, orders / Math.Max(alive, 1e-9));
        var spread = middle + middle * middle / shape;
        var ordersVariance = alive * spread + alive * (1 - alive) * middle * middle;
        var oneOrder = Spend?.Variance(c) ?? spend * spend;
        var variance = orders * oneOrder + ordersVariance * spend * spend;
        return new ValueForecast(new Estimate(orders, Count((1 - Band) / 2), Count((1 + Band) / 2)), Money(orders * spend, variance, None()), variance);

        double Count(double q)
        {
            // The least count with at least this share at or below it.
            var (zero, k) = (1 - alive, 0);
            var term = Math.Exp(shape * (Math.Log(shape) - Math.Log(shape + middle)));
            for (var below = zero + alive * term; below < q && k < 10_000; below += alive * term)
            {
                term *= (shape + k) / (k + 1) * (middle / (shape + middle));
                k++;
            }
            return k;
        }
        double None() => 1 - alive + alive * Math.Exp(shape * (Math.Log(shape) - Math.Log(shape + middle)));
    }

    /// <summary>Nothing with a chance, else a gamma distribution of the same mean and variance.</summary>
    private static Estimate Money(double mean, double variance, double none)
    {
        if (mean <= 0 || none >= 1) return new Estimate(0, 0, 0);
        var (some, second) = (mean / (1 - none), (variance + mean * mean) / (1 - none));
        var spread = Math.Max(second - some * some, 1e-9 * some * some);
        var (shape, scale) = (some * some / spread, spread / some);
        // Where most bring nothing, the mean lies above what most bring.
        return new Estimate(mean, Quantile((1 - Band) / 2), Math.Max(mean, Quantile((1 + Band) / 2)));

        double Quantile(double q) => q <= none ? 0 : Special.GammaQuantile(shape, (q - none) / (1 - none)) * scale;
    }
}
