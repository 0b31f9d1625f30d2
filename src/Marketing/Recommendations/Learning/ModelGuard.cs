namespace BehaviorDashboard.Recommendations;

/// <summary>What a challenger and the champion have shown.</summary>
/// <param name="Ndcg">On the last days, unknown to the model.</param>
/// <param name="Popular">Popularity's on the same.</param>
/// <param name="GainLow">Lower end of the 95 % interval of the mean difference a person.</param>
internal sealed record Showing(double Ndcg, double Popular, double GainLow, long Pairs, int Products, int Judges);

/// <summary>Whether a new model may take the champion's place. What is refused stays a candidate with the reason on its card.</summary>
internal static class ModelGuard
{
    public const string Shrank = "shrank", NotBetter = "not better", Better = "better";

    /// <summary>Below this share of what the champion learnt from, something is wrong with the data, not with the shop.</summary>
    private const double LeastData = 0.5;

    /// <summary>Of the champion's nDCG on days neither has seen, or of its lead over popularity where there are too few such days.</summary>
    private const double LeastQuality = 0.9, LeastLead = 0.75;

    /// <param name="before">The champion's own showing when it was trained; null: there is none.</param>
    /// <param name="fresh">nDCG of the new and of the champion on days after the champion's last, where there are enough people.</param>
    /// <returns>Null when it may; else why not: shrank, not better (than popularity), behind (the champion), lead fell.</returns>
    public static string? Objection(Showing now, Showing? before, (double Now, double Before)? fresh)
    {
        if (before is null) return null;
        if (now.Pairs < LeastData * before.Pairs) return Shrank;
        if (now.Products < LeastData * before.Products) return Shrank;
        if (now.GainLow <= 0) return NotBetter;
        if (fresh is { } f && f.Now < LeastQuality * f.Before) return "behind";
        if (fresh is null && before.Popular > 0 && now.Popular > 0 && now.Ndcg / now.Popular < LeastLead * before.Ndcg / before.Popular)
            return "lead fell";
        return null;
    }
}
