namespace BehaviorDashboard.Reviews.Ml;

/// <summary>How good probabilities of "good" are on texts that were not learnt from.</summary>
/// <param name="CalibrationError">Expected calibration error over ten bins of equal size.</param>
public sealed record BinaryQuality(int Texts, double Accuracy, double F1, double Auc, double CalibrationError, double LogLoss, double Majority)
{
    private const int Bins = 10;

    public static BinaryQuality Of(IReadOnlyList<double> chances, IReadOnlyList<bool> good)
    {
        int n = chances.Count, right = 0, hits = 0, said = 0, positives = good.Count(g => g);
        var loss = 0.0;
        for (var i = 0; i < n; i++)
        {
            var says = chances[i] >= 0.5;
            if (says == good[i]) right++;
            if (says) said++;
            if (says && good[i]) hits++;
            loss -= Math.Log(Math.Clamp(good[i] ? chances[i] : 1 - chances[i], 1e-12, 1));
        }
        var f1 = said + positives == 0 ? double.NaN : 2.0 * hits / (said + positives);
        return new BinaryQuality(n, right / (double)n, f1, AucOf(chances, good, positives), ErrorOf(chances, good), loss / n, Math.Max(positives, n - positives) / (double)n);
    }

    /// <summary>The chance that a good text scores above a bad one; ties count half.</summary>
    private static double AucOf(IReadOnlyList<double> chances, IReadOnlyList<bool> good, int positives)
    {
        var negatives = chances.Count - positives;
        if (positives == 0 || negatives == 0) return double.NaN;
        var order = Enumerable.Range(0, chances.Count).OrderBy(i => chances[i]).ToArray();
        var ranks = 0.0;
        for (var i = 0; i < order.Length;)
        {
            var end = i;
            while (end < order.Length && chances[order[end]] == chances[order[i]]) end++;
            for (var k = i; k < end; k++)
                if (good[order[k]]) ranks += (i + end + 1) / 2.0;
            i = end;
        }
        return (ranks - positives * (positives + 1.0) / 2) / ((double)positives * negatives);
    }

    private static double ErrorOf(IReadOnlyList<double> chances, IReadOnlyList<bool> good)
    {
        var order = Enumerable.Range(0, chances.Count).OrderBy(i => chances[i]).ToArray();
        var error = 0.0;
        for (var b = 0; b < Bins; b++)
        {
            var bin = order[(b * order.Length / Bins)..((b + 1) * order.Length / Bins)];
            if (bin.Length > 0) error += Math.Abs(bin.Average(i => chances[i]) - bin.Average(i => good[i] ? 1 : 0)) * bin.Length / order.Length;
        }
        return error;
    }
}
