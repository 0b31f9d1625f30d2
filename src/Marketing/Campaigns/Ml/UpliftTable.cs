namespace BehaviorDashboard.Campaigns;

/// <summary>People of past randomised campaigns: what was known of them before, whether they were treated, what they did after.</summary>
/// <param name="Names">One a feature.</param>
/// <param name="Rows">Features of each person; NaN where not known.</param>
/// <param name="Noticed">Whether a treated person took notice, such as opened the mail; null where nobody can tell.</param>
public sealed record UpliftTable(IReadOnlyList<string> Names, IReadOnlyList<double[]> Rows, IReadOnlyList<bool> Treated, IReadOnlyList<double> Outcome, IReadOnlyList<bool>? Noticed = null)
{
    public int Count => Rows.Count;

    /// <summary>Share of the people who were treated.</summary>
    public double Propensity { get; } = Treated.Count == 0 ? 0.5 : Math.Clamp(Treated.Count(t => t) / (double)Treated.Count, 0.01, 0.99);

    public UpliftTable Where(Func<int, bool> keep)
    {
        var kept = Enumerable.Range(0, Count).Where(keep).ToList();
        return new UpliftTable(Names, [.. kept.Select(i => Rows[i])], [.. kept.Select(i => Treated[i])], [.. kept.Select(i => Outcome[i])], Noticed is { } noticed ? [.. kept.Select(i => noticed[i])] : null);
    }
}

/// <summary>Gives a row of features a number.</summary>
public delegate double Predictor(double[] row);
