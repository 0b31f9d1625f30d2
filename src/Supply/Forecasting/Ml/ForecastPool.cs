namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>How a pool is run.</summary>
/// <param name="Horizon">Steps ahead.</param>
/// <param name="Origins">Instants of the past from which it is tried, each a spacing before the next.</param>
/// <param name="Spacing">Steps between them.</param>
/// <param name="Group">Series for which one combination is chosen together.</param>
/// <param name="Loss">Of a history: of an actual value and a forecast.</param>
/// <param name="Together">
/// Whether the series are parts of one whole, such as a shop. Then what moved all at once is taken out before members are
/// compared (a fall of the whole shop in the weeks tried on is no merit of the member that says less), and the paths are
/// scaled towards a forecast of their sum, which is far less noisy than they are.
/// </param>
/// <param name="Floor">Least value a forecast can have; 0 for what is sold.</param>
public sealed record PoolOptions(int Horizon, int Origins, int Spacing, Func<double[], string> Group, Func<double[], Func<double, double, double>> Loss, bool Together = false, double Floor = double.NegativeInfinity, int Threads = 1);

/// <summary>A forecast from an instant of the past beside what came.</summary>
/// <param name="Step">1 for the first period after the origin.</param>
public readonly record struct PastForecast(int Series, int Origin, int Step, double Forecast, double Actual);

/// <param name="Paths">By series; empty where there is no history at all.</param>
public sealed record PoolFit(IReadOnlyList<string> Groups, IReadOnlyDictionary<string, Combination> Chosen, double[][] Paths, IReadOnlyList<PastForecast> Past);

/// <summary>
/// Runs every member from several instants of the past, chooses a combination for each group on what came then, and lets
/// the chosen members forecast from now.
/// </summary>
public static class ForecastPool
{
    /// <summary>Periods a history needs to be tried on.</summary>
    public const int Fewest = 8;

    private const int FewestSeries = 20;

    public static PoolFit Fit(IReadOnlyList<double[]> series, IReadOnlyList<PoolMember> members, PoolOptions options, CancellationToken cancel = default)
    {
        var groups = series.Select(options.Group).ToList();
        var origins = Enumerable.Range(1, options.Origins).Select(k => Try(series, members, options, options.Horizon + (k - 1) * options.Spacing, cancel)).ToList();
        var chosen = groups.Distinct().ToDictionary(g => g, g =>
        {
            // A handful of series says little about which member is better for them.
            var few = origins.Count > 0 && origins.Max(o => o.Series.Count(s => groups[s] == g)) < FewestSeries;
            var own = origins.Select(o => o.Of(s => few || groups[s] == g, members, series, options.Together)).Where(o => o.Actual.Length > 0).ToList();
            return own.Count == 0 ? new Combination([(members[0].Name, 1)], double.NaN) : Combinations.Choose([.. members.Select(m => m.Name)], own, options.Threads);
        });
        cancel.ThrowIfCancellationRequested();
        var used = members.Where(m => chosen.Values.Any(c => c.Parts.Any(p => p.Member == m.Name)) || m == members[0]).ToList();
        var now = Run(PastSeries.All(series), used, options, cancel);
        var paths = series.Select((y, s) => y.Length == 0 ? [] : Combine(chosen[groups[s]], m => now[used.FindIndex(u => u.Name == m)][s], options.Horizon)).ToArray();
        var tried = origins.Select(o => o.Series.Select((s, i) => Combine(chosen[groups[s]], m => o.Test.Paths[IndexOf(members, m)][i], options.Horizon)).ToArray()).ToList();
        if (options.Together)
        {
            var trials = origins.Select((o, k) => (WholeForecast.Of([.. o.Series.Select(s => series[s][..^o.Before])], tried[k], options.Horizon), o.Test.Actual)).ToList();
            var belief = WholeForecast.Belief(trials);
            for (var k = 0; k < trials.Count; k++) trials[k].Item1?.Scale(tried[k], belief);
            WholeForecast.Of(series, paths, options.Horizon)?.Scale(paths, belief);
        }
        var past = new List<PastForecast>();
        for (var o = 0; o < origins.Count; o++)
            for (var i = 0; i < origins[o].Series.Length; i++)
                for (var h = 0; h < options.Horizon; h++) past.Add(new PastForecast(origins[o].Series[i], o, h + 1, tried[o][i][h], origins[o].Test.Actual[i][h]));
        return new PoolFit(groups, chosen, paths, past);
    }

    /// <returns>By member, then by series: the path, the first member's where a member has none.</returns>
    public static double[][][] Run(PastSeries past, IReadOnlyList<PoolMember> members, PoolOptions options, CancellationToken cancel)
    {
        var paths = new double[members.Count][][];
        for (var m = 0; m < members.Count; m++)
        {
            cancel.ThrowIfCancellationRequested();
            var ran = members[m].Run(past, options.Horizon, options.Threads);
            paths[m] = [.. ran.Select((p, s) => p is null || p.Any(v => !double.IsFinite(v)) ? m == 0 ? new double[options.Horizon] : paths[0][s] : Floored(p, options.Floor))];
        }
        return paths;
    }

    private static Origin Try(IReadOnlyList<double[]> series, IReadOnlyList<PoolMember> members, PoolOptions options, int before, CancellationToken cancel)
    {
        var long_ = Enumerable.Range(0, series.Count).Where(s => series[s].Length - before >= Fewest).ToArray();
        var histories = long_.Select(s => series[s][..^before]).ToList();
        var actual = long_.Select((s, i) => series[s].AsSpan(histories[i].Length, options.Horizon).ToArray()).ToArray();
        var losses = histories.Select(options.Loss).ToList();
        return new Origin(long_, before, new Backtest(histories.Count == 0 ? [.. members.Select(_ => Array.Empty<double[]>())] : Run(new PastSeries(histories, long_, before), members, options, cancel), actual, (i, a, f) => losses[i](a, f)));
    }

    private static double[] Combine(Combination chosen, Func<string, double[]> path, int horizon)
    {
        var result = new double[horizon];
        foreach (var (member, share) in chosen.Parts)
        {
            var own = path(member);
            for (var h = 0; h < horizon; h++) result[h] += share * own[h];
        }
        return result;
    }

    private static double[] Floored(double[] path, double floor)
    {
        for (var h = 0; h < path.Length; h++) path[h] = Math.Max(floor, path[h]);
        return path;
    }

    private static int IndexOf(IReadOnlyList<PoolMember> members, string name)
    {
        for (var i = 0; i < members.Count; i++)
            if (members[i].Name == name) return i;
        return 0;
    }

    private sealed record Origin(int[] Series, int Before, Backtest Test)
    {
        public Backtest Of(Func<int, bool> wanted, IReadOnlyList<PoolMember> members, IReadOnlyList<double[]> series, bool withoutShock)
        {
            var kept = Enumerable.Range(0, Series.Length).Where(i => wanted(Series[i])).ToArray();
            var actual = kept.Select(i => Test.Actual[i]).ToArray();
            // A member that most of these series are too short for only repeats the first.
            var able = members.Select(m => m == members[0] || 2 * kept.Count(i => series[Series[i]].Length - Before >= m.Needs) >= kept.Length).ToArray();
            var paths = Test.Paths.Select((p, m) => able[m] ? WithoutShock(kept.Select(i => p[i]).ToArray(), actual, withoutShock) : []).ToArray();
            return new Backtest(paths, actual, (i, a, f) => Test.Loss(kept[i], a, f));
        }

        private static double[][] WithoutShock(double[][] paths, double[][] actual, bool remove)
        {
            if (!remove) return paths;
            var (said, came) = (0d, 0d);
            for (var s = 0; s < paths.Length; s++)
                for (var h = 0; h < paths[s].Length; h++)
                    if (!double.IsNaN(actual[s][h])) (said, came) = (said + paths[s][h], came + actual[s][h]);
            return said > 0 && came > 0 ? [.. paths.Select(p => p.Select(v => v * came / said).ToArray())] : paths;
        }
    }
}
