namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>A way to forecast: histories and a horizon in, one path a series out; null where it needs a longer history.</summary>
/// <param name="Needs">Periods of history without which it has nothing to say.</param>
public sealed record PoolMember(string Name, Func<PastSeries, int, int, double[]?[]> Run, int Needs = 1)
{
    /// <summary>A method that looks at one series at a time.</summary>
    public static PoolMember Local(string name, Func<double[], int, double[]?> method, int needs = 1) => new(name, (past, horizon, threads) =>
    {
        var series = past.Values;
        var paths = new double[]?[series.Count];
        Parallel.For(0, series.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => paths[i] = series[i].Length == 0 ? null : method(series[i], horizon));
        return paths;
    }, needs);

    /// <summary>For what a shop sells: counts, noisy, often short.</summary>
    /// <param name="season">Periods of a year; its pattern is used from two years on.</param>
    public static IReadOnlyList<PoolMember> ForDemand(int season) =>
    [
        Local("SES .1", (y, h) => Smoothing.Simple(y, h, 0.1)),
        Local("naive", RecentPeriods.Naive),
        Local("mean 13", (y, h) => RecentPeriods.Mean(y, h, 13)),
        Local("mean 26", (y, h) => RecentPeriods.Mean(y, h, 26)),
        Local("mean 52", (y, h) => RecentPeriods.Mean(y, h, 52)),
        Local("median 13", (y, h) => RecentPeriods.Median(y, h, 13)),
        Local("median 26", (y, h) => RecentPeriods.Median(y, h, 26)),
        Local("SES", (y, h) => Smoothing.Simple(y, h)),
        Local("SES .05", (y, h) => Smoothing.Simple(y, h, 0.05)),
        Local("SES .2", (y, h) => Smoothing.Simple(y, h, 0.2)),
        Local("damped", Smoothing.Damped),
        Local("theta", (y, h) => Smoothing.Theta(y, h)),
        Local("Croston", (y, h) => Intermittent.Croston(y, h)),
        Local("SBA", (y, h) => Intermittent.Croston(y, h, 0.1, true)),
        Local("TSB", (y, h) => Intermittent.Tsb(y, h)),
        Local("TSB .02", (y, h) => Intermittent.Tsb(y, h, 0.02)),
        Local("seasonal naive", (y, h) => y.Length < season ? null : RecentPeriods.SeasonalNaive(y, h, season), season),
        Local("seasonal SES", (y, h) => Seasonality.Adjusted(y, h, season, season > 26 ? 2 : 0, (a, n) => Smoothing.Simple(a, n)), 2 * season),
        Local("seasonal damped", (y, h) => Seasonality.Adjusted(y, h, season, season > 26 ? 2 : 0, Smoothing.Damped), 2 * season),
        new("global linear 13", (s, h, _) => GlobalLinear.Forecast(s.Values, h, 13, 0.02, 13), 26),
        new("global linear 26", (s, h, _) => GlobalLinear.Forecast(s.Values, h, 26, 0.02, 26), 39),
    ];

    /// <summary>For series with a long history: levels, trends, seasons and what all series have in common.</summary>
    /// <param name="seasons">Lengths of seasons, such as 52, or 24 and 168.</param>
    public static IReadOnlyList<PoolMember> ForLongSeries(IReadOnlyList<int> seasons)
    {
        List<PoolMember> members =
        [
            Local("damped", Smoothing.Damped), Local("naive", RecentPeriods.Naive), Local("drift", RecentPeriods.Drift), Local("SES", (y, h) => Smoothing.Simple(y, h)),
            Local("theta", (y, h) => Smoothing.Theta(y, h)),
            Local("theta of the last year", (y, h) => Smoothing.Theta(Last(y, 2 * seasons[^1]), h)),
            Local("damped of the last year", (y, h) => Smoothing.Damped(Last(y, seasons[^1]), h)),
        ];
        foreach (var season in seasons)
        {
            var smooth = season > 26 ? 2 : 0;
            members.Add(Local($"seasonal naive {season}", (y, h) => y.Length < season ? null : RecentPeriods.SeasonalNaive(y, h, season), season));
            members.Add(Local($"seasonal SES {season}", (y, h) => Seasonality.Adjusted(y, h, season, smooth, (a, n) => Smoothing.Simple(a, n)), 2 * season));
            members.Add(Local($"seasonal damped {season}", (y, h) => Seasonality.Adjusted(y, h, season, smooth, Smoothing.Damped), 2 * season));
            members.Add(Local($"seasonal theta {season}", (y, h) => Seasonality.Adjusted(y, h, season, smooth, (a, n) => Smoothing.Theta(a, n)), 2 * season));
            members.Add(Local($"seasonal damped {season} rough", (y, h) => Seasonality.Adjusted(y, h, season, 0, Smoothing.Damped), 2 * season));
        }
        var longest = seasons[^1];
        foreach (var lags in new[] { 6, 13, longest + 2, longest * 2 + 2 }.Distinct())
        {
            members.Add(new($"global linear {lags}", (s, h, _) => GlobalLinear.Forecast(s.Values, h, lags, 1e-4), lags + 1));
            members.Add(new($"global log-linear {lags}", (s, h, _) => GlobalLinear.Forecast(s.Values, h, lags, 1e-4, logs: true), lags + 1));
        }
        return members;
    }

    private static double[] Last(double[] y, int periods) => y.Length <= periods ? y : y[^periods..];
}
