namespace BehaviorDashboard.Forecasting.Ml;

/// <summary>What is known of a product beside its units: shoppers look, put into carts and search before they buy, and prices move.</summary>
/// <param name="Views">By period, as long as the series; the same for the others.</param>
/// <param name="Searched">Views in a visit that had searched before.</param>
/// <param name="Price">Mean price paid in the period; not a number where nothing was sold.</param>
public sealed record DemandSignals(double[] Views, double[] Carts, double[] Searched, double[] Price)
{
    /// <summary>As it was known some periods before the end.</summary>
    public DemandSignals Before(int periods) => periods == 0 ? this : new(Views[..^periods], Carts[..^periods], Searched[..^periods], Price[..^periods]);
}

/// <summary>Histories as a member of the pool sees them: some of the series, up to an instant.</summary>
/// <param name="Values">Periods up to the instant, oldest first.</param>
/// <param name="Places">Which series of all these are.</param>
/// <param name="Before">Periods between the instant and the end of what is known.</param>
public sealed record PastSeries(IReadOnlyList<double[]> Values, IReadOnlyList<int> Places, int Before)
{
    /// <summary>All series up to the end.</summary>
    public static PastSeries All(IReadOnlyList<double[]> series) => new(series, [.. Enumerable.Range(0, series.Count)], 0);
}
