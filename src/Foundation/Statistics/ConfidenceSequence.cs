namespace BehaviorDashboard.Statistics;

/// <summary>What a running experiment allows to be said now.</summary>
public enum Verdict
{
    TooEarly,
    Works,
    Hurts,
}

/// <summary>
/// A band for the effect that holds at every look at once: the chance that it ever misses the truth is at most alpha, however
/// often somebody looks and whenever they stop. Robbins' normal mixture (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon
/// 2021, eq. 3.4) in its asymptotic form (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, theorem 2.2). The clock of the
/// band is information, not days: it may grow because people come in or because the outcomes of the same people do.
/// </summary>
public static class ConfidenceSequence
{
    /// <summary>Below this many outcomes an arm is too small for a limit theorem; the verdict is then always "too early".</summary>
    public const int LeastOutcomes = 10;

    /// <param name="information">
    /// Information gathered so far as a share of what the whole experiment was planned to give: people counted over people
    /// planned, or outcomes so far over outcomes expected. The band is tightest near 1 and holds everywhere; it must not be
    /// chosen by looking at the effect.
    /// </param>
    public static Interval Band(MeanDifference difference, double information, double alpha = 0.05)
    {
        if (!double.IsFinite(difference.Effect) || !double.IsFinite(difference.StandardError)) return new Interval(double.NaN, double.NegativeInfinity, double.PositiveInfinity);
        var half = difference.StandardError * Width(information, alpha);
        return new Interval(difference.Effect, difference.Effect - half, difference.Effect + half);
    }

    /// <summary>Half the band's width in standard errors.</summary>
    public static double Width(double information, double alpha = 0.05)
    {
        // The mixture's variance that is best where information is 1 (Waudby-Smith et al., eq. 23).
        var tuned = -2 * Math.Log(alpha) + Math.Log(1 - 2 * Math.Log(alpha));
        var x = tuned * Math.Max(information, 1e-6);
        return Math.Sqrt((x + 1) / x * Math.Log((x + 1) / (alpha * alpha)));
    }

    /// <param name="outcomes">Conversions seen in the smaller arm, or people with revenue.</param>
    public static Verdict Judge(Interval band, long outcomes) =>
        outcomes < LeastOutcomes ? Verdict.TooEarly : band.Low > 0 ? Verdict.Works : band.High < 0 ? Verdict.Hurts : Verdict.TooEarly;
}
