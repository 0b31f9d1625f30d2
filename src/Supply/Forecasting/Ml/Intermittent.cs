namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// Demand with many empty periods: how much when something is sold, and how often. Croston (1972); the bias correction of
/// Syntetos and Boylan (2005); Teunter, Syntetos and Babai (2011), whose chance also falls while nothing is sold.
/// </summary>
public static class Intermittent
{
    private const double SizeAlpha = 0.1;

    public static double[] Croston(double[] y, int horizon, double alpha = 0.1, bool corrected = false)
    {
        var (size, gap, since, seen) = (0d, 0d, 1, false);
        foreach (var value in y)
        {
            if (value > 0)
            {
                (size, gap) = seen ? (size + alpha * (value - size), gap + alpha * (since - gap)) : (value, since);
                (seen, since) = (true, 1);
            }
            else since++;
        }
        var rate = seen ? size / Math.Max(gap, 1) * (corrected ? 1 - alpha / 2 : 1) : 0;
        return Enumerable.Repeat(rate, horizon).ToArray();
    }

    public static double[] Tsb(double[] y, int horizon, double chanceAlpha = 0.05)
    {
        var first = Math.Min(y.Length, 13);
        var sold = y.Where(v => v > 0).Take(5).ToArray();
        var (chance, size) = (y.Take(first).Count(v => v > 0) / (double)first, sold.Length > 0 ? sold.Average() : 0);
        foreach (var value in y)
        {
            chance += chanceAlpha * ((value > 0 ? 1 : 0) - chance);
            if (value > 0) size += SizeAlpha * (value - size);
        }
        return Enumerable.Repeat(chance * size, horizon).ToArray();
    }
}
