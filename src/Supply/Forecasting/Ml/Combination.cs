namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>How much of each member a class of series takes; shares sum to 1.</summary>
public sealed record Combination(IReadOnlyList<(string Member, double Share)> Parts, double Loss)
{
    public override string ToString() => string.Join(" + ", Parts.Select(p => FormattableString.Invariant($"{p.Share:0.##} {p.Member}")));
}

/// <summary>What a member would have said at an origin of the past, for the series of one class, and what came.</summary>
/// <param name="Paths">By member, then by series: the path; empty for a member that cannot be chosen here.</param>
/// <param name="Actual">By series: what came; not a number where it is not known.</param>
/// <param name="Loss">Of a forecast, for the series: actual, forecast.</param>
public sealed record Backtest(double[][][] Paths, double[][] Actual, Func<int, double, double, double> Loss);

/// <summary>
/// Chooses a combination on forecasts of the past: begins with the best three, which guards against luck, and adds the one that helps most, again and
/// again, with replacement. Caruana et al.: Ensemble selection from libraries of models (2004).
/// </summary>
public static class Combinations
{
    private const int MostPicks = 12;
    private const int FirstPicks = 3;
    private const double LeastGain = 0.0005;

    public static Combination Choose(IReadOnlyList<string> members, IReadOnlyList<Backtest> origins, int threads)
    {
        var counts = new int[members.Count];
        var sums = origins.Select(o => o.Actual.Select(a => new double[a.Length]).ToArray()).ToArray();
        var best = double.PositiveInfinity;
        int[] first = [];
        for (var pick = 0; pick < MostPicks; pick++)
        {
            var losses = new double[members.Count];
            if (pick == 0 || pick >= first.Length) Parallel.For(0, members.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, m => losses[m] = Loss(origins, sums, m, pick));
            if (pick == 0) first = [.. Enumerable.Range(0, members.Count).OrderBy(m => losses[m]).Where(m => double.IsFinite(losses[m])).Take(FirstPicks)];
            var chosen = pick < first.Length ? first[pick] : Array.IndexOf(losses, losses.Min());
            if (pick >= first.Length && losses[chosen] > best * (1 - LeastGain)) break;
            best = pick < first.Length - 1 ? best : pick == first.Length - 1 ? Loss(origins, sums, chosen, pick) : losses[chosen];
            counts[chosen]++;
            for (var o = 0; o < origins.Count; o++)
                for (var s = 0; s < sums[o].Length; s++)
                    for (var h = 0; h < sums[o][s].Length; h++) sums[o][s][h] += origins[o].Paths[chosen][s][h];
        }
        var total = counts.Sum();
        return new Combination([.. members.Select((m, i) => (m, (double)counts[i] / total)).Where(p => p.Item2 > 0).OrderByDescending(p => p.Item2)], best);
    }

    private static double Loss(IReadOnlyList<Backtest> origins, double[][][] sums, int member, int picked)
    {
        if (origins.Any(o => o.Paths[member].Length == 0)) return double.PositiveInfinity;
        var loss = 0d;
        for (var o = 0; o < origins.Count; o++)
            for (var s = 0; s < sums[o].Length; s++)
            {
                var (sum, path, actual) = (sums[o][s], origins[o].Paths[member][s], origins[o].Actual[s]);
                for (var h = 0; h < sum.Length; h++)
                    if (!double.IsNaN(actual[h])) loss += origins[o].Loss(s, actual[h], (sum[h] + path[h]) / (picked + 1));
            }
        return loss;
    }
}
