using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>What a customer spends on a day with an order: around an own mean that differs from customer to customer.</summary>
/// <remarks>Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013).</remarks>
public sealed record GammaGamma(double P, double Q, double V)
{
    private const double Widest = 12;

    /// <summary>Learns from customers with repeat orders of positive value; null where there are fewer than ten.</summary>
    public static GammaGamma? Fit(IReadOnlyList<Purchases> customers, CancellationToken cancel = default)
    {
        var rows = customers.Where(c => c is { Repeats: > 0, Spend: > 0 }).ToArray();
        if (rows.Length < 10) return null;
        var mean = rows.Average(c => c.Spend);
        var found = Bfgs.Minimise(at =>
        {
            var sum = at.Sum(v => Math.Pow(Math.Max(0, Math.Abs(v) - Widest), 2));
            var (p, q, v) = (Math.Exp(Math.Clamp(at[0], -Widest, Widest)), Math.Exp(Math.Clamp(at[1], -Widest, Widest)), Math.Exp(Math.Clamp(at[2], -Widest, Widest)));
            return sum - rows.Sum(c => LogLikelihoodOf(c, p, q, v)) / rows.Length;
        }, [1, 1, Math.Log(mean)], cancel: cancel);
        return new GammaGamma(Math.Exp(found.At[0]), Math.Exp(found.At[1]), Math.Exp(found.At[2]));
    }

    public static double LogLikelihoodOf(in Purchases c, double p, double q, double v)
    {
        var (px, m) = (p * c.Repeats, c.Spend);
        return Special.LogGamma(px + q) - Special.LogGamma(px) - Special.LogGamma(q) + q * Math.Log(v) + (px - 1) * Math.Log(m) + px * Math.Log(c.Repeats) - (px + q) * Math.Log(c.Repeats * m + v);
    }

    /// <summary>Expected spend of a day with an order: between the customer's own mean and everybody's.</summary>
    public double Expected(in Purchases c)
    {
        var shape = P * c.Repeats + Q - 1;
        // Where means differ so much that everybody's is not finite, a customer without repeats has none to go by.
        return shape <= 0 ? P * V / Math.Max(Q, 0.1) : P * (V + c.Repeats * c.Spend) / shape;
    }

    /// <summary>Variance of one order's spend, given what is known of the customer.</summary>
    public double Variance(in Purchases c)
    {
        // Given the customer: gamma with shape p and rate ν, where ν is gamma with shape px+q and rate v+xm.
        var (shape, rate, mean) = (P * c.Repeats + Q, V + c.Repeats * c.Spend, Expected(c));
        return shape <= 2 ? mean * mean * 4 : P * (P + 1) * rate * rate / ((shape - 1) * (shape - 2)) - mean * mean;
    }
}
