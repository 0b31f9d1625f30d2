namespace BehaviorDashboard.Statistics;

/// <summary>Many comparisons at once: which of them to believe.</summary>
public static class FalseDiscovery
{
    /// <summary>Benjamini and Hochberg 1995: adjusted p-values in the order given; those at most q are believed with a false-discovery rate of q.</summary>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> p)
    {
        var order = Enumerable.Range(0, p.Count).OrderByDescending(i => p[i]).ToList();
        var adjusted = new double[p.Count];
        var least = 1.0;
        for (var k = 0; k < order.Count; k++)
        {
            least = Math.Min(least, p[order[k]] * p.Count / (p.Count - k));
            adjusted[order[k]] = least;
        }
        return adjusted;
    }
}
