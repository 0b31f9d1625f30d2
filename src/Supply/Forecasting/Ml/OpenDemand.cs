namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>
/// What would have been sold with full shelves. A period in which a product was partly sold out is scaled up by the share of it
/// that the shop could sell; one in which it mostly was is filled from the open periods around it, and never below what was sold.
/// </summary>
public static class OpenDemand
{
    private const double MostlyOpen = 0.5;
    private const int Around = 6;

    /// <param name="sold">Units, oldest first.</param>
    /// <param name="open">Share of each period in which it could be bought, 0 to 1.</param>
    public static double[] Fill(IReadOnlyList<double> sold, IReadOnlyList<double> open)
    {
        var result = new double[sold.Count];
        for (var t = 0; t < result.Length; t++)
        {
            if (open[t] >= 0.999) result[t] = sold[t];
            else if (open[t] >= MostlyOpen) result[t] = sold[t] / open[t];
            else result[t] = Math.Max(sold[t], Nearby(sold, open, t));
        }
        return result;
    }

    /// <summary>Mean of the nearest periods that were mostly open, half of them on either side where there are such.</summary>
    private static double Nearby(IReadOnlyList<double> sold, IReadOnlyList<double> open, int at)
    {
        var (sum, count) = (0d, 0);
        foreach (var direction in new[] { -1, 1 })
        {
            var found = 0;
            for (var t = at + direction; t >= 0 && t < sold.Count && found < Around / 2; t += direction)
            {
                if (open[t] < MostlyOpen) continue;
                sum += sold[t] / open[t];
                count++;
                found++;
            }
        }
        return count > 0 ? sum / count : 0;
    }
}
