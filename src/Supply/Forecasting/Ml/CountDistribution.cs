namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// How many units may be wanted: negative binomial with a mean and a variance (Poisson where the variance is no greater),
/// for large means the gamma distribution of the same moments.
/// </summary>
public readonly record struct CountDistribution(double Mean, double Variance)
{
    private const double LargeMean = 400;
    private const double LeastExcess = 1.001;

    /// <summary>The least count that is enough with this chance.</summary>
    /// <param name="chance">Between 0 and 1, both excluded.</param>
    public double Quantile(double chance)
    {
        if (!(Mean > 0)) return 0;
        if (Mean > LargeMean) return GammaQuantile(chance);
        var (p0, step) = Start();
        var (mass, sum) = (p0, p0);
        var most = Mean + 40 * Math.Sqrt(Math.Max(Variance, Mean)) + 50;
        for (var k = 0; k < most; k++)
        {
            if (sum >= chance) return k;
            mass *= step(k);
            sum += mass;
        }
        return most;
    }

    /// <summary>The chance that no more than this is wanted.</summary>
    public double AtMost(double count)
    {
        if (count < 0) return 0;
        if (!(Mean > 0)) return 1;
        if (Mean > LargeMean) return Normal.Cdf(Cornish(count));
        var (p0, step) = Start();
        var (mass, sum) = (p0, p0);
        for (var k = 0; k < (int)Math.Floor(count); k++)
        {
            mass *= step(k);
            sum += mass;
        }
        return Math.Min(1, sum);
    }

    /// <summary>Units wanted beyond a stock, on average: the loss function E(max(0, X − stock)).</summary>
    public double ExpectedBeyond(double stock)
    {
        if (!(Mean > 0)) return 0;
        if (stock <= 0) return Mean - stock;
        if (Mean > LargeMean)
        {
            var deviation = Math.Sqrt(Variance);
            var z = (stock - Mean) / deviation;
            return deviation * (Normal.Density(z) - z * (1 - Normal.Cdf(z)));
        }
        var (p0, step) = Start();
        var (mass, below, left) = (p0, 0d, Math.Floor(stock));
        // E(X − s)+ = E(X) − s + Σ (s − k) P(k) for k < s.
        for (var k = 0; k <= left; k++)
        {
            below += (stock - k) * mass;
            mass *= step(k);
        }
        return Math.Max(0, Mean - stock + below);
    }

    /// <summary>The chance of nothing, and the ratio of the chance of k + 1 to that of k.</summary>
    private (double First, Func<int, double> Step) Start()
    {
        var (mean, variance) = (Mean, Math.Max(Variance, Mean * LeastExcess));
        var size = mean * mean / (variance - mean);
        var q = mean / (size + mean);
        return (Math.Exp(size * Math.Log(size / (size + mean))), k => (size + k) / (k + 1) * q);
    }

    /// <summary>Wilson and Hilferty: the cube root of a gamma variable is nearly normal.</summary>
    private double GammaQuantile(double chance)
    {
        var shape = Mean * Mean / Math.Max(Variance, Mean);
        var c = 1 / (9 * shape);
        return Mean * Math.Pow(Math.Max(0, 1 - c + Normal.Quantile(chance) * Math.Sqrt(c)), 3);
    }

    private double Cornish(double count)
    {
        var c = 1 / (9 * (Mean * Mean / Math.Max(Variance, Mean)));
        return (Math.Pow(count / Mean, 1 / 3d) - 1 + c) / Math.Sqrt(c);
    }
}

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    public static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>To 7.5e-8: Abramowitz and Stegun 26.2.17.</summary>
    public static double Cdf(double z)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(z));
        var tail = Density(z) * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z >= 0 ? 1 - tail : tail;
    }

    /// <summary>By bisection: it is not called often.</summary>
    public static double Quantile(double chance)
    {
        var (low, high) = (-8d, 8d);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Cdf(middle) < chance) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
