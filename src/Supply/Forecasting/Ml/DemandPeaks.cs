namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>The most that was ever wanted: beyond it a thin history says nothing.</summary>
public static class DemandPeaks
{
    /// <returns>Most units in one period, in two in a row, and so on to as many.</returns>
    public static double[] Of(double[] y, int periods)
    {
        var most = new double[periods];
        for (var length = 1; length <= periods; length++)
        {
            var sum = y.Take(length).Sum();
            most[length - 1] = sum;
            for (var t = length; t < y.Length; t++)
            {
                sum += y[t] - y[t - length];
                most[length - 1] = Math.Max(most[length - 1], sum);
            }
        }
        return most;
    }

    /// <summary>In a stretch that begins anywhere in a period.</summary>
    /// <param name="length">In periods; longer ones than are known go on at the longest's pace.</param>
    public static double Within(IReadOnlyList<double> most, double length)
    {
        if (length <= 0 || most.Count == 0) return 0;
        if (length >= most.Count) return most[^1] * length / most.Count;
        var whole = (int)Math.Floor(length);
        var below = whole == 0 ? 0 : most[whole - 1];
        return below + (length - whole) * (most[whole] - below);
    }
}
