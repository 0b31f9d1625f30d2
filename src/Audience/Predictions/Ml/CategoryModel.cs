namespace BehaviorDashboard.Predictions;

/// <summary>What a customer has bought and looked at, by category.</summary>
/// <param name="Bought">Category and days since, newest first.</param>
/// <param name="Viewed">Views of the last month, and of the half year before it.</param>
internal sealed record CategoryHistory(IReadOnlyList<(int Category, double Days)> Bought, IReadOnlyList<(int Category, double Recent, double Older)> Viewed);

/// <summary>
/// From which category somebody buys next: what everybody buys, moved by what they bought (fading with time) and by what
/// they looked at of late.
/// </summary>
/// <param name="Popular">Share of each category in what everybody buys.</param>
/// <param name="Pull">How many own purchases weigh as much as everybody's habits.</param>
/// <param name="HalfLife">Days after which a purchase weighs half.</param>
/// <param name="Views">What a view of the last month weighs against a purchase.</param>
/// <param name="OlderViews">The same of an older view.</param>
/// <param name="Trend">Days after which a purchase counts half in <paramref name="Popular"/>; 0: all count alike.</param>
internal sealed record CategoryModel(string[] Categories, double[] Popular, double Pull, double HalfLife, double Views, double OlderViews = 0, double Trend = 0)
{
    public double[] Score(CategoryHistory history)
    {
        var shares = Popular.Select(p => p * Pull).ToArray();
        foreach (var (category, days) in history.Bought) shares[category] += Math.Pow(0.5, days / HalfLife);
        foreach (var (category, recent, older) in history.Viewed) shares[category] += Views * recent + OlderViews * older;
        var sum = shares.Sum();
        for (var c = 0; c < shares.Length; c++) shares[c] /= sum;
        return shares;
    }

    /// <param name="popular">Everybody's shares by the days of <see cref="Trend"/>, as they were when the rows' purchases were still to come.</param>
    /// <summary>Chooses how much each part weighs by the cross-entropy of purchases that came later: one after the other, until none can be bettered.</summary>
    public static CategoryModel Fit(string[] categories, Func<double, double[]> popular, IReadOnlyList<(CategoryHistory History, int Next)> rows, CancellationToken cancel)
    {
        var best = new CategoryModel(categories, popular(0), 8, 90, 0.1, 0.03);
        var least = best.Loss(rows);
        for (var better = true; better;)
        {
            better = false;
            foreach (var trial in best.Neighbours(popular))
            {
                cancel.ThrowIfCancellationRequested();
                if (trial.Loss(rows) is var loss && loss < least - 1e-6) (best, least, better) = (trial, loss, true);
            }
        }
        return best;
    }

    private IEnumerable<CategoryModel> Neighbours(Func<double, double[]> popular) =>
    [
        .. new[] { 0, 20.0, 60, 180 }.Select(days => this with { Trend = days, Popular = popular(days) }),
        .. new[] { 1.0, 3, 8, 20, 50, 120, 300 }.Select(pull => this with { Pull = pull }),
        .. new[] { 15.0, 30, 90, 365, 1_000 }.Select(days => this with { HalfLife = days }),
        .. new[] { 0, 0.03, 0.1, 0.3, 1, 3 }.Select(views => this with { Views = views }),
        .. new[] { 0, 0.01, 0.03, 0.1, 0.3, 1 }.Select(views => this with { OlderViews = views }),
    ];

    public double Loss(IReadOnlyList<(CategoryHistory History, int Next)> rows) => rows.Average(r => -Math.Log(Math.Max(1e-9, Score(r.History)[r.Next])));
}
