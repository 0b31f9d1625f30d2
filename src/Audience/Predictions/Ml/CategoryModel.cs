namespace BehaviorDashboard.Predictions;

/// <summary>What a customer has bought and looked at, by category.</summary>
/// <param name="Bought">Category and days since, newest first.</param>
/// <param name="Viewed">Views of the last month.</param>
internal sealed record CategoryHistory(IReadOnlyList<(int Category, double Days)> Bought, IReadOnlyList<(int Category, double Views)> Viewed);

/// <summary>
/// From which category somebody buys next: what everybody buys, moved by what they bought (fading with time) and by what
/// they looked at of late.
/// </summary>
/// <param name="Popular">Share of each category in what everybody buys.</param>
/// <param name="Pull">How many own purchases weigh as much as everybody's habits.</param>
/// <param name="HalfLife">Days after which a purchase weighs half.</param>
/// <param name="Views">What a view weighs against a purchase.</param>
internal sealed record CategoryModel(string[] Categories, double[] Popular, double Pull, double HalfLife, double Views)
{
    public double[] Score(CategoryHistory history)
    {
        var shares = Popular.Select(p => p * Pull).ToArray();
        foreach (var (category, days) in history.Bought) shares[category] += Math.Pow(0.5, days / HalfLife);
        foreach (var (category, views) in history.Viewed) shares[category] += Views * views;
        var sum = shares.Sum();
        for (var c = 0; c < shares.Length; c++) shares[c] /= sum;
        return shares;
    }

    /// <summary>Chooses pull, half-life and the weight of views by the cross-entropy of purchases that came later.</summary>
    public static CategoryModel Fit(string[] categories, double[] popular, IReadOnlyList<(CategoryHistory History, int Next)> rows, CancellationToken cancel)
    {
        var (best, least) = (new CategoryModel(categories, popular, 5, 90, 0.05), double.PositiveInfinity);
        foreach (var pull in new[] { 1.0, 3, 8, 20 })
            foreach (var halfLife in new[] { 30.0, 90, 365 })
                foreach (var views in new[] { 0, 0.03, 0.1, 0.3 })
                {
                    cancel.ThrowIfCancellationRequested();
                    var model = new CategoryModel(categories, popular, pull, halfLife, views);
                    var loss = model.Loss(rows);
                    if (loss < least) (best, least) = (model, loss);
                }
        return best;
    }

    public double Loss(IReadOnlyList<(CategoryHistory History, int Next)> rows) => rows.Average(r => -Math.Log(Math.Max(1e-9, Score(r.History)[r.Next])));
}
