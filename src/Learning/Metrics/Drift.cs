namespace BehaviorDashboard.Learning;

/// <summary>How values lay when a model was made: edges that part them into tenths, and what is missing.</summary>
/// <param name="Shares">Of each part between edges, and last the share that is not known.</param>
public sealed record ValueShape(double[] Edges, double[] Shares)
{
    private const int Parts = 10;
    private const double Least = 1e-4;

    public static ValueShape Of(IEnumerable<double> values)
    {
        var all = values.ToList();
        var known = all.Where(double.IsFinite).Order().ToList();
        double[] edges = known.Count == 0 ? [] : [.. Enumerable.Range(1, Parts - 1).Select(i => Estimate.Quantile(known, (double)i / Parts)).Distinct()];
        return new ValueShape(edges, Count(edges, all));
    }

    /// <summary>
    /// Population stability index: how far today's values lie from those. Below 0.1 alike, above 0.25 they have moved.
    /// </summary>
    /// <remarks>Symmetric Kullback–Leibler divergence of the shares, as credit scoring uses it (Siddiqi, 2006).</remarks>
    public double Psi(IEnumerable<double> values)
    {
        var now = Count(Edges, [.. values]);
        return Shares.Zip(now, (was, Is) => (Math.Max(Is, Least) - Math.Max(was, Least)) * Math.Log(Math.Max(Is, Least) / Math.Max(was, Least))).Sum();
    }

    private static double[] Count(double[] edges, List<double> values)
    {
        var counts = new double[edges.Length + 2];
        foreach (var value in values)
        {
            if (!double.IsFinite(value))
            {
                counts[^1]++;
                continue;
            }
            var at = Array.BinarySearch(edges, value);
            counts[at >= 0 ? at : ~at]++;
        }
        return [.. counts.Select(c => c / Math.Max(1, values.Count))];
    }
}
