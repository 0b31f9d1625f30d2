namespace BehaviorDashboard.Reviews.Ml;

/// <summary>Slope and shift that turn scores into probabilities, found on scores of texts that were not learnt from.</summary>
/// <remarks>Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with his smoothed targets, by Newton's steps.</remarks>
internal static class Platt
{
    public static (double Slope, double Shift) Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> good)
    {
        double positives = good.Count(g => g), negatives = good.Count - positives;
        var (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2));
        var (slope, shift) = (1.0, 0.0);
        for (var step = 0; step < 50; step++)
        {
            double ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
            for (var i = 0; i < scores.Count; i++)
            {
                var p = 1 / (1 + Math.Exp(-(slope * scores[i] + shift)));
                var (gap, weight) = (p - (good[i] ? high : low), Math.Max(p * (1 - p), 1e-9));
                ga += gap * scores[i];
                gb += gap;
                haa += weight * scores[i] * scores[i];
                hab += weight * scores[i];
                hbb += weight;
            }
            var determinant = haa * hbb - hab * hab;
            var (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant);
            var most = Math.Max(Math.Abs(da), Math.Abs(db));
            var damped = most > 2 ? 2 / most : 1;
            (slope, shift) = (slope - damped * da, shift - damped * db);
            if (most < 1e-7) break;
        }
        // A score that orders the wrong way round tells nothing.
        return slope > 0 && double.IsFinite(shift) ? (slope, shift) : (0, Math.Log((positives + 1) / (negatives + 1)));
    }
}
