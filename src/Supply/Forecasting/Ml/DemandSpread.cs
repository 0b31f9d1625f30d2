namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// How far demand strays from its forecast, learnt from forecasts of the past: variance = φ·mean + c·mean² for all series of
/// a class together, times a factor of each series drawn to 1, and the error of what all series do together. A high quantile
/// is joined with what the last periods themselves needed, since spread changes with the season, and stretched where the past
/// shows that it covered too little.
/// </summary>
public sealed class DemandSpread
{
    /// <summary>Chances for which coverage is set right.</summary>
    public static IReadOnlyList<double> Chances { get; } = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98];

    private const double Prior = 12;
    private const int FewestPoints = 60;
    private const double LeastStretched = 0.75;
    private static readonly double[] Stretches = [1, 1.1, 1.2, 1.35, 1.5, 1.7, 2, 2.4, 3];

    private const int MostPoints = 3_000;
    private const int Recent = 26;
    private const double MostCommon = 0.1;

    private readonly IReadOnlyList<double[]> _series;
    private readonly IReadOnlyDictionary<string, Law> _laws;
    private readonly double[] _own;
    private readonly IReadOnlyList<string> _groups;
    private readonly double _common;

    private DemandSpread(IReadOnlyList<double[]> series, IReadOnlyDictionary<string, Law> laws, double[] own, IReadOnlyList<string> groups, double common) =>
        (_series, _laws, _own, _groups, _common) = (series, laws, own, groups, common);

    /// <param name="Phi">Variance a unit of mean: 1 for a Poisson.</param>
    /// <param name="C">Squared relative error of the level.</param>
    /// <param name="Stretch">By place in <see cref="Chances"/>: what the variance is multiplied with.</param>
    public sealed record Law(double Phi, double C, double[] Stretch);

    public IReadOnlyDictionary<string, Law> Laws => _laws;

    /// <param name="series">Histories, for each series' own factor.</param>
    /// <param name="past">Forecasts beside what came, <see cref="PoolFit.Past"/>.</param>
    public static DemandSpread Learn(IReadOnlyList<double[]> series, IReadOnlyList<string> groups, IReadOnlyList<PastForecast> past)
    {
        var known = past.Where(p => !double.IsNaN(p.Actual) && p.Forecast > 0).ToList();
        var calm = WithoutShocks(known);
        calm.AddRange(Sums(calm));
        var laws = new Dictionary<string, Law>();
        var all = calm.Count > 0 ? Moments(calm) : (1.2, 0.1);
        foreach (var group in groups.Distinct())
        {
            var own = calm.Where(p => groups[p.Series] == group).ToList();
            var (phi, c) = own.Count >= FewestPoints ? Moments(own) : all;
            laws[group] = new Law(phi, c, [.. Chances.Select(_ => 1d)]);
        }
        var factors = Enumerable.Range(0, series.Count).Select(s => OwnFactor(series[s], laws[groups[s]])).ToArray();
        foreach (var group in laws.Keys.ToList())
        {
            var own = calm.Where(p => p.Step > 0 && groups[p.Series] == group).ToList();
            if (own.Count >= FewestPoints) laws[group] = laws[group] with { Stretch = [.. Chances.Select(chance => StretchOf(own, series, laws[group], factors, chance))] };
        }
        return new DemandSpread(series, laws, factors, groups, Common(known));
    }

    /// <summary>The variance of units with a mean M, of one period or several together, is Noise·M + Level·M².</summary>
    public (double Noise, double Level) LawOf(int series) => (_laws[_groups[series]].Phi * _own[series], _laws[_groups[series]].C * _own[series] + _common);

    /// <summary>The least count that is enough for one period with this chance.</summary>
    public double Quantile(int series, double mean, double chance)
    {
        var (noise, level) = LawOf(series);
        var law = new CountDistribution(mean, (noise * mean + level * mean * mean) * Stretch(_laws[_groups[series]], chance)).Quantile(chance);
        return chance < LeastStretched ? law : Math.Max(law, Needed(_series[series], chance));
    }

    /// <summary>What was enough in this share of the last periods; 0 while they are few.</summary>
    private static double Needed(double[] y, double chance)
    {
        if (y.Length < Recent) return 0;
        var last = y[^Recent..];
        Array.Sort(last);
        return last[Math.Clamp((int)Math.Ceiling(chance * Recent) - 1, 0, Recent - 1)];
    }

    private static double Stretch(Law law, double chance)
    {
        var nearest = 0;
        for (var i = 1; i < Chances.Count; i++)
            if (Math.Abs(Chances[i] - chance) < Math.Abs(Chances[nearest] - chance)) nearest = i;
        return law.Stretch[nearest];
    }

    private static CountDistribution Spread(Law law, double own, double mean, double stretch) => new(mean, Math.Max(0, (law.Phi * mean + law.C * mean * mean) * own * stretch));

    /// <summary>What moved everything at one origin and step says nothing of one series.</summary>
    private static List<PastForecast> WithoutShocks(List<PastForecast> past) => [.. past.GroupBy(p => (p.Origin, p.Step)).SelectMany(g =>
    {
        var (said, came) = (g.Sum(p => p.Forecast), g.Sum(p => p.Actual));
        var factor = g.Count() >= 20 && said > 0 && came > 0 ? came / said : 1;
        return g.Select(p => p with { Forecast = p.Forecast * factor });
    })];

    /// <summary>Least squares of squared errors on mean and mean², in units of the mean, neither below its least.</summary>
    private static (double Phi, double C) Moments(List<PastForecast> past)
    {
        var (xx, xm, mm, xy, my) = (0d, 0d, 0d, 0d, 0d);
        foreach (var p in past)
        {
            var m = Math.Max(p.Forecast, 0.05);
            var (x, y) = (1d, Math.Min((p.Actual - m) * (p.Actual - m) / m, 60 * (1 + m)));
            var w = 1 / (1 + m);
            xx += w * x * x;
            xm += w * x * m;
            mm += w * m * m;
            xy += w * x * y;
            my += w * m * y;
        }
        var determinant = xx * mm - xm * xm;
        var (phi, c) = determinant > 1e-9 ? ((xy * mm - my * xm) / determinant, (my * xx - xy * xm) / determinant) : (xy / Math.Max(xx, 1e-9), 0);
        if (c < 0) (phi, c) = (xy / xx, 0);
        if (phi < 1) (phi, c) = (1, Math.Max(0, (my - xm) / mm));
        return (phi, c);
    }

    /// <summary>How much more or less this series strays around its own recent level than its class does.</summary>
    private static double OwnFactor(double[] y, Law law)
    {
        var (level, sum, count) = (0d, 0d, 0);
        for (var t = 0; t < y.Length; t++)
        {
            if (t >= 8 && level > 0.02)
            {
                sum += Math.Min((y[t] - level) * (y[t] - level) / (law.Phi * level + law.C * level * level), 25);
                count++;
            }
            level = t == 0 ? y[0] : level + Math.Max(0.1, 1d / (t + 1)) * (y[t] - level);
        }
        return (Prior + sum) / (Prior + count);
    }

    private static double StretchOf(List<PastForecast> past, IReadOnlyList<double[]> series, Law law, double[] own, double chance)
    {
        if (chance < LeastStretched) return 1;
        if (past.Count > MostPoints) past = [.. past.Where((_, i) => i % (past.Count / MostPoints + 1) == 0)];
        var needed = past.ToDictionary(p => (p.Series, p.Origin, p.Step), p => Needed(series[p.Series], chance));
        return Stretches.MinBy(stretch => past.Sum(p => Pinball(chance, p.Actual, Math.Max(Spread(law, own[p.Series], p.Forecast, stretch).Quantile(chance), needed[(p.Series, p.Origin, p.Step)]))));
    }

    private static double Pinball(double chance, double actual, double quantile) => Math.Max(chance * (actual - quantile), (chance - 1) * (actual - quantile));

    /// <summary>Whole paths beside what came: errors of the level stay, those of single periods cancel out. Step 0 marks them.</summary>
    private static List<PastForecast> Sums(List<PastForecast> past) => [.. past.GroupBy(p => (p.Series, p.Origin)).Where(g => g.Count() > 1)
        .Select(g => new PastForecast(g.Key.Series, g.Key.Origin, 0, g.Sum(p => p.Forecast), g.Sum(p => p.Actual)))];

    /// <summary>Mean squared relative error of what all series do together, over the tried stretches.</summary>
    private static double Common(List<PastForecast> past)
    {
        var errors = past.GroupBy(p => p.Origin).Where(g => g.Count() >= 20 && g.Sum(p => p.Forecast) > 0).Select(g => Math.Pow(g.Sum(p => p.Actual) / g.Sum(p => p.Forecast) - 1, 2)).Order().ToList();
        // One break of the whole shop does not make every later week unsure: the median, not the mean.
        return errors.Count == 0 ? 0.01 : Math.Min(MostCommon, errors[errors.Count / 2]);
    }
}
