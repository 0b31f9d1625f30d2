namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// Where the same weeks of last year say that a season ends. With less than two years of history no trial of the past can
/// choose a season, and every method repeats the level of now: Christmas bunting would be bought in December for January.
/// This changes no forecast (M4's weekly series, cut to little more than a year, are forecast worse by it); it is a reason to buy less.
/// </summary>
public static class SeasonEnd
{
    private const double Doubt = 3;
    private const double Apart = 2;
    private const double Comparable = 3;
    private const int Overlap = 13;

    /// <summary>Mean periods that the growth of the whole counts for beside a product's own.</summary>
    private const double Prior = 2;

    /// <param name="series">Units a period, oldest first.</param>
    /// <param name="paths">Forecasts of the next periods.</param>
    /// <param name="season">Periods of a year.</param>
    /// <returns>By series: last year's periods, grown by what the product and the whole have grown since, where they are below half of the forecast by more than chance; else null, as for series younger than a year or with two years to learn from.</returns>
    public static IReadOnlyList<double[]?> Find(IReadOnlyList<double[]> series, IReadOnlyList<double[]> paths, int season)
    {
        var able = series.Where(y => Speaks(y, season)).Select(y => Recent(y, season)).ToList();
        var (now, before) = (able.Sum(r => r.Now), able.Sum(r => r.Before));
        var whole = now > 0 && before > 0 ? Math.Clamp(now / before, 1 / Apart, Apart) : 1;
        return [.. series.Zip(paths, (y, path) => Speaks(y, season) && path.Length <= season ? Of(y, path, season, whole) : null)];
    }

    private static bool Speaks(double[] y, int season) => y.Length > season && y.Length < 2 * season && y.Sum() > 0;

    private static double[]? Of(double[] y, double[] path, int season, double whole)
    {
        var (now, before) = Recent(y, season);
        var prior = Prior * y.Average();
        // What was not yet in season, or hardly known, a year ago says nothing of what comes after it.
        if (before * Comparable < now) return null;
        var growth = Math.Clamp((now + prior * whole) / (before + prior), 1 / Comparable, Comparable);
        var last = new double[path.Length];
        var came = 0d;
        for (var h = 0; h < path.Length; h++)
        {
            var place = y.Length + h - season;
            came += y[place];
            last[h] = growth * (y[place - 1] + 2 * y[place] + y[Math.Min(place + 1, y.Length - 1)]) / 4;
        }
        var expected = path.Sum() / growth;
        return expected - came > Doubt * Math.Sqrt(Dispersion(y) * expected) && last.Sum() * Apart < path.Sum() ? last : null;
    }

    /// <summary>Units of the last periods, and of the same ones a year before.</summary>
    private static (double Now, double Before) Recent(double[] y, int season)
    {
        var periods = Math.Min(Overlap, y.Length - season);
        return (y[^periods..].Sum(), y[^(periods + season)..^season].Sum());
    }

    /// <summary>Variance a unit of mean, from one period to the next; 1 for a Poisson.</summary>
    private static double Dispersion(double[] y)
    {
        var sum = 0d;
        for (var t = 1; t < y.Length; t++) sum += (y[t] - y[t - 1]) * (y[t] - y[t - 1]);
        return Math.Max(1, sum / (2 * (y.Length - 1)) / y.Average());
    }
}
