using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>
/// BG/NBD whose order rate also follows what a customer's first order told: its value and its units. A customer with figures
/// z has the scale α · exp(−w · z).
/// </summary>
/// <param name="Base">All parameters, learned together with the weights.</param>
/// <remarks>Fader and Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models" (2007).</remarks>
public sealed record BgNbdCovariates(BgNbd Base, double[] Means, double[] Deviations, double[] Weights)
{
    private const int Columns = 2;
    private const int MostCustomers = 20_000;
    private const double Farthest = 3;

    /// <summary>Null where the likelihood does not pay for the additional weights.</summary>
    /// <param name="plain">Learned from the same customers, without.</param>
    public static BgNbdCovariates? Fit(IReadOnlyList<PurchaseHistory> histories, IReadOnlyList<Purchases> customers, BgNbd plain, CancellationToken cancel = default)
    {
        var kept = Sampling.Indices(customers.Count, MostCustomers, 1);
        var figures = kept.Select(i => Figures(histories[i])).ToArray();
        var means = Enumerable.Range(0, Columns).Select(j => figures.Average(f => f[j])).ToArray();
        var deviations = Enumerable.Range(0, Columns).Select(j => Math.Sqrt(figures.Average(f => Math.Pow(f[j] - means[j], 2)))).ToArray();
        if (deviations.All(d => d < 1e-6)) return null;
        var scaled = figures.Select(f => Scale(f, means, deviations)).ToArray();
        double Likelihood(double[] at)
        {
            var sum = 0.0;
            for (var i = 0; i < kept.Length; i++)
                sum += BgNbd.LogLikelihoodOf(customers[kept[i]], Math.Exp(at[0]), Math.Exp(at[1] - Dot(scaled[i], at.AsSpan(4))), Math.Exp(at[2]), Math.Exp(at[3]));
            return sum;
        }
        double[] start = [Math.Log(plain.R), Math.Log(plain.Alpha), Math.Log(plain.A), Math.Log(plain.B), .. new double[Columns]];
        // A weak prior (deviation 1) keeps weights finite where few have come back.
        var found = Bfgs.Minimise(at => (at[4..].Sum(w => w * w / 2) - Likelihood(at)) / kept.Length, start, iterations: 100, cancel: cancel);
        var gain = Likelihood(found.At) - Likelihood(start);
        // Schwarz's criterion: each weight must gain half the logarithm of the number of customers.
        if (gain < Columns * Math.Log(kept.Length) / 2) return null;
        var at = found.At;
        return new BgNbdCovariates(new BgNbd(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2]), Math.Exp(at[3]), Likelihood(at)), means, deviations, at[4..]);
    }

    /// <summary>The model of one customer.</summary>
    public BgNbd Of(PurchaseHistory history) => Base with { Alpha = Base.Alpha * Math.Exp(-Dot(Scale(Figures(history), Means, Deviations), Weights)) };

    private static double[] Figures(PurchaseHistory history) => [Math.Log(1 + Math.Max(0, history.Days[0].Value)), Math.Log(1 + Math.Max(0, history.Days[0].Units))];

    private static double[] Scale(double[] figures, double[] means, double[] deviations) => [.. figures.Select((f, j) => deviations[j] < 1e-6 ? 0 : Math.Clamp((f - means[j]) / deviations[j], -Farthest, Farthest))];

    private static double Dot(double[] scaled, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var j = 0; j < scaled.Length; j++) sum += scaled[j] * weights[j];
        return sum;
    }
}
