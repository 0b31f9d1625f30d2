namespace BehaviorDashboard.Statistics;

/// <summary>What one arm came to: sums that a database gives in one pass. <paramref name="X"/> is a figure known before the experiment began.</summary>
public readonly record struct ArmMoments(long Count, double Y, double YY, double X = 0, double XX = 0, double XY = 0)
{
    public double Mean => Count == 0 ? double.NaN : Y / Count;

    /// <summary>Moments of zeros and ones.</summary>
    public static ArmMoments OfShare(long hits, long of) => new(of, hits, hits);

    public static ArmMoments Of(IEnumerable<double> outcomes)
    {
        var (n, y, yy) = (0L, 0.0, 0.0);
        foreach (var value in outcomes) (n, y, yy) = (n + 1, y + value, yy + value * value);
        return new ArmMoments(n, y, yy);
    }

    public static ArmMoments operator +(ArmMoments a, ArmMoments b) => new(a.Count + b.Count, a.Y + b.Y, a.YY + b.YY, a.X + b.X, a.XX + b.XX, a.XY + b.XY);

    internal double VarianceY => Spread(YY, Y, Y);

    internal double VarianceX => Spread(XX, X, X);

    internal double Covariance => Spread(XY, X, Y);

    private double Spread(double product, double a, double b) => Count < 2 ? double.NaN : (product - a * b / Count) / (Count - 1);
}

/// <summary>The difference of two means with its standard error.</summary>
/// <param name="Explained">Share of the variance that the figure from before took away; 0: unadjusted.</param>
public readonly record struct MeanDifference(double Effect, double StandardError, double Explained)
{
    /// <summary>
    /// Welch's standard error, after the part that the figure from before explains was taken out of both arms (CUPED: Deng,
    /// Xu, Kohavi and Walker 2013); the slope is pooled over the arms, so it cannot favour one.
    /// </summary>
    public static MeanDifference Of(ArmMoments treated, ArmMoments held)
    {
        if (treated.Count < 2 || held.Count < 2) return new MeanDifference(double.NaN, double.NaN, 0);
        var raw = treated.Mean - held.Mean;
        var plain = treated.VarianceY / treated.Count + held.VarianceY / held.Count;
        var within = treated.VarianceX * (treated.Count - 1) + held.VarianceX * (held.Count - 1);
        if (!(within > 0)) return new MeanDifference(raw, Math.Sqrt(Math.Max(0, plain)), 0);
        var slope = (treated.Covariance * (treated.Count - 1) + held.Covariance * (held.Count - 1)) / within;
        var adjusted = Residual(treated) / treated.Count + Residual(held) / held.Count;
        if (!(adjusted > 0) || adjusted >= plain) return new MeanDifference(raw, Math.Sqrt(Math.Max(0, plain)), 0);
        return new MeanDifference(raw - slope * (treated.X / treated.Count - held.X / held.Count), Math.Sqrt(adjusted), 1 - adjusted / plain);

        double Residual(ArmMoments arm) => arm.VarianceY - 2 * slope * arm.Covariance + slope * slope * arm.VarianceX;
    }

    /// <summary>Two-sided p-value of a single look, planned beforehand. Who looks more than once reads <see cref="ConfidenceSequence"/>.</summary>
    public double P => StandardError > 0 ? 2 * Gauss.Cdf(-Math.Abs(Effect / StandardError)) : double.NaN;
}
