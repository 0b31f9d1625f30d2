namespace BehaviorDashboard.Statistics;

/// <summary>Whether people landed in the arms as they were meant to (Fabijan et al. 2019): if not, no figure of the experiment can be believed.</summary>
/// <param name="P">Chance of a split at least this uneven where all is well (Pearson's chi-square); 1 where there is nothing to compare.</param>
public readonly record struct SampleRatio(double ChiSquare, double P)
{
    /// <summary>Below this the split is wrong: stricter than 0.05 because the check runs at every look.</summary>
    public const double Alarm = 0.001;

    public bool IsWrong => P < Alarm;

    /// <param name="counts">People in each arm.</param>
    /// <param name="shares">What each arm was meant to get; need not add up to one.</param>
    public static SampleRatio Check(IReadOnlyList<long> counts, IReadOnlyList<double> shares)
    {
        if (counts.Count != shares.Count) throw new ArgumentException("As many shares as arms.", nameof(shares));
        var (total, whole) = ((double)counts.Sum(), shares.Sum());
        if (total == 0 || whole <= 0 || counts.Count < 2) return new SampleRatio(0, 1);
        if (counts.Where((c, i) => shares[i] <= 0 && c > 0).Any()) return new SampleRatio(double.PositiveInfinity, 0);
        var kept = Enumerable.Range(0, counts.Count).Where(i => shares[i] > 0).ToList();
        var square = kept.Sum(i => Math.Pow(counts[i] - total * shares[i] / whole, 2) / (total * shares[i] / whole));
        return new SampleRatio(square, kept.Count < 2 ? 1 : Gauss.ChiSquareTail(square, kept.Count - 1));
    }
}
