using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>
/// Orders at a customer's own rate until, after one of them, the customer leaves: rates differ by a gamma distribution
/// (r, α), chances to leave by a beta distribution (a, b).
/// </summary>
/// <remarks>Fader, Hardie and Lee, "Counting Your Customers the Easy Way" (2005).</remarks>
/// <param name="LogLikelihood">Of the customers it was learned from.</param>
public sealed record BgNbd(double R, double Alpha, double A, double B, double LogLikelihood)
{
    // Parameters beyond these do not change what is foretold, but let a search run away where data are few.
    private const double Widest = 12;

    public static BgNbd Fit(IReadOnlyList<Purchases> customers, CancellationToken cancel = default)
    {
        // Customers with the same history count once, with their number.
        var rows = customers.GroupBy(c => c with { Spend = 0 }).Select(g => (Customer: g.Key, Count: (double)g.Count())).ToArray();
        Minimum? best = null;
        foreach (var start in new double[][] { [0, 0, 0, 0], [-1, 1, 0, 1], [0.5, 2, -1, 1] })
        {
            var found = Bfgs.Minimise(at => -LogLikelihoodOf(rows, at) / customers.Count, start, cancel: cancel);
            if (best is null || found.Value < best.Value) best = found;
        }
        var at = best!.At.Select(v => Math.Exp(Math.Clamp(v, -Widest, Widest))).ToArray();
        // At a = 1 the expectation's formula divides by zero.
        var a = Math.Abs(at[2] - 1) < 1e-6 ? 1 + 1e-6 : at[2];
        return new BgNbd(at[0], at[1], a, at[3], -best.Value * customers.Count);
    }

    /// <summary>Of one customer.</summary>
    public static double LogLikelihoodOf(in Purchases c, double r, double alpha, double a, double b)
    {
        var front = Special.LogGamma(r + c.Repeats) - Special.LogGamma(r) + r * Math.Log(alpha) + Special.LogGamma(a + b) + Special.LogGamma(b + c.Repeats) - Special.LogGamma(b) - Special.LogGamma(a + b + c.Repeats);
        var stayed = -(r + c.Repeats) * Math.Log(alpha + c.Age);
        if (c.Repeats == 0) return front + stayed;
        var left = Math.Log(a) - Math.Log(b + c.Repeats - 1) - (r + c.Repeats) * Math.Log(alpha + c.LastAt);
        var most = Math.Max(stayed, left);
        return front + most + Math.Log(Math.Exp(stayed - most) + Math.Exp(left - most));
    }

    private static double LogLikelihoodOf((Purchases Customer, double Count)[] rows, double[] logs)
    {
        var sum = 0.0;
        foreach (var v in logs) sum -= Math.Pow(Math.Max(0, Math.Abs(v) - Widest), 2) * rows.Length;
        var (r, alpha, a, b) = (Bound(logs[0]), Bound(logs[1]), Bound(logs[2]), Bound(logs[3]));
        foreach (var (customer, count) in rows) sum += count * LogLikelihoodOf(customer, r, alpha, a, b);
        return sum;

        static double Bound(double log) => Math.Exp(Math.Clamp(log, -Widest, Widest));
    }

    /// <summary>Chance that the customer has not left.</summary>
    public double Alive(in Purchases c) => c.Repeats == 0 ? 1
        : 1 / (1 + A / (B + c.Repeats - 1) * Math.Exp((R + c.Repeats) * (Math.Log(Alpha + c.Age) - Math.Log(Alpha + c.LastAt))));

    /// <summary>Expected order days in the time to come.</summary>
    /// <param name="time">In weeks.</param>
    public double Expected(in Purchases c, double time)
    {
        var (r, b, s) = (R + c.Repeats, B + c.Repeats, A + B + c.Repeats - 1);
        var series = Special.Hypergeometric(r, b, s, time / (Alpha + c.Age + time));
        var whole = s / (A - 1) * (1 - Math.Exp(r * (Math.Log(Alpha + c.Age) - Math.Log(Alpha + c.Age + time))) * series);
        return Math.Max(0, whole * Alive(c));
    }

    /// <summary>Weeks until the next order with this chance of having come, if the customer has not left.</summary>
    public double NextOrder(in Purchases c, double chance) => (Alpha + c.Age) * (Math.Pow(1 - chance, -1 / (R + c.Repeats)) - 1);

    /// <summary>Uncertainty of the parameters: draws around the best, as wide as the likelihood is flat.</summary>
    public IReadOnlyList<BgNbd> Draws(IReadOnlyList<Purchases> customers, int draws, int seed)
    {
        var rows = customers.GroupBy(c => c with { Spend = 0 }).Select(g => (Customer: g.Key, Count: (double)g.Count())).ToArray();
        double[] at = [Math.Log(R), Math.Log(Alpha), Math.Log(A), Math.Log(B)];
        return [.. Normal.Draws(at, Bfgs.Hessian(p => -LogLikelihoodOf(rows, p), at), draws, seed).Select(d => new BgNbd(Math.Exp(d[0]), Math.Exp(d[1]), Math.Exp(d[2]), Math.Exp(d[3]), LogLikelihood))];
    }
}
