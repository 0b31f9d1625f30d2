namespace BehaviorDashboard.Statistics;

/// <summary>How many people an experiment on a share needs, and what a given number can see. Two-sided test of two shares, normal approximation (Fleiss, Levin and Paik 2003, 4.14).</summary>
public static class Power
{
    /// <summary>The smallest difference of shares that would be seen with this power.</summary>
    /// <param name="baseline">Share of the held-out who convert.</param>
    public static double Detectable(double baseline, long treated, long held, double power = 0.8, double alpha = 0.05)
    {
        if (treated <= 0 || held <= 0) return double.PositiveInfinity;
        var p = Math.Clamp(baseline, 1e-4, 1 - 1e-4);
        return (Gauss.Quantile(1 - alpha / 2) + Gauss.Quantile(power)) * Math.Sqrt(p * (1 - p) * (1.0 / treated + 1.0 / held));
    }

    /// <summary>People of both arms together that are needed to see a lift.</summary>
    /// <param name="lift">Difference of shares, such as 0.02.</param>
    /// <param name="heldShare">Share of the people who are held out.</param>
    public static long SampleSize(double baseline, double lift, double heldShare, double power = 0.8, double alpha = 0.05)
    {
        if (lift == 0 || heldShare is not (> 0 and < 1)) return long.MaxValue;
        var (p0, p1) = (Math.Clamp(baseline, 1e-4, 1 - 1e-4), Math.Clamp(baseline + lift, 1e-4, 1 - 1e-4));
        var mean = heldShare * p0 + (1 - heldShare) * p1;
        var z = Gauss.Quantile(1 - alpha / 2) * Math.Sqrt(mean * (1 - mean) * (1 / heldShare + 1 / (1 - heldShare)))
            + Gauss.Quantile(power) * Math.Sqrt(p0 * (1 - p0) / heldShare + p1 * (1 - p1) / (1 - heldShare));
        var needed = z * z / ((p1 - p0) * (p1 - p0));
        return needed > 1e15 ? long.MaxValue : (long)Math.Ceiling(needed);
    }

    /// <summary>
    /// The smallest holdout that can still see the lift; at least <paramref name="least"/> so that a guardrail has something
    /// to compare with, at most half: a small shop pays with a larger holdout, never with blindness it is not told of.
    /// </summary>
    /// <returns>The share, and whether it suffices.</returns>
    public static (double Share, bool Suffices) Holdout(long people, double baseline, double lift, double least = 0.1, double most = 0.5)
    {
        for (var share = least; share <= most + 1e-9; share += 0.05)
            if (SampleSize(baseline, lift, share) <= people) return (Math.Round(share, 2), true);
        return (most, false);
    }
}
