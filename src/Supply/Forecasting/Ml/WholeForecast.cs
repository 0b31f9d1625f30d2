namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// What all series do together, forecast by itself. The sum over many products is far less noisy than each, so where it moves
/// (a season begins, a shop grows) it shows there first.
/// </summary>
internal sealed class WholeForecast
{
    private const int FewestSeries = 20;
    private const int FewestPeriods = 13;
    private const double MostChange = 1.5;
    private readonly int[] _members;
    private readonly double[] _whole;
    private readonly double[] _sum;

    private WholeForecast(int[] members, double[] whole, double[] sum) => (_members, _whole, _sum) = (members, whole, sum);

    /// <returns>Null where too few series have been there long enough.</returns>
    public static WholeForecast? Of(IReadOnlyList<double[]> series, double[][] paths, int horizon)
    {
        var members = Enumerable.Range(0, series.Count).Where(s => series[s].Length >= FewestPeriods && paths[s].Length == horizon).ToArray();
        if (members.Length < FewestSeries) return null;
        // From where half of the series have begun; the others are few early on.
        var length = members.Select(s => series[s].Length).Order().ElementAt(members.Length / 2);
        var kept = members.Where(s => series[s].Length >= length).ToArray();
        var (total, sum) = (new double[length], new double[horizon]);
        foreach (var s in kept)
        {
            for (var t = 0; t < length; t++) total[t] += series[s][series[s].Length - length + t];
            for (var h = 0; h < horizon; h++) sum[h] += paths[s][h];
        }
        return sum.Min() <= 0 || total.Min() < 0 ? null : new WholeForecast(kept, Smoothing.Damped(total, horizon), sum);
    }

    /// <summary>How far to go from the sum of the paths (0) to the forecast of the whole (1): by their squared errors in the past.</summary>
    public static double Belief(IReadOnlyList<(WholeForecast? Whole, double[][] Actual)> trials)
    {
        var (ofSum, ofWhole) = (0d, 0d);
        foreach (var (whole, actual) in trials)
        {
            if (whole is null) continue;
            for (var h = 0; h < whole._sum.Length; h++)
            {
                var came = whole._members.Sum(s => double.IsNaN(actual[s][h]) ? 0 : actual[s][h]);
                ofSum += Math.Pow(came - whole._sum[h], 2);
                ofWhole += Math.Pow(came - whole._whole[h], 2);
            }
        }
        return ofSum + ofWhole > 0 ? ofSum / (ofSum + ofWhole) : 0;
    }

    public void Scale(double[][] paths, double belief)
    {
        for (var h = 0; h < _sum.Length; h++)
        {
            var factor = Math.Pow(Math.Clamp(_whole[h] / _sum[h], 1 / MostChange, MostChange), belief);
            foreach (var path in paths)
                if (path.Length > h) path[h] *= factor;
        }
    }
}
