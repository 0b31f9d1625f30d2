namespace BehaviorDashboard.Learning;

/// <summary>A chance and between which bounds it lies.</summary>
public readonly record struct Chance(double Value, double Low, double High);

/// <summary>
/// A calibrated chance with a band that says how sure it is: how often it happened among the unseen people who were given
/// similar chances, bounded by how few they were; and, where few taught, what the same model says when others had taught it.
/// </summary>
/// <param name="Seen">Chances of unseen rows, ascending.</param>
/// <param name="Happened">Running count of those in whom it happened, one longer than <paramref name="Seen"/>.</param>
/// <param name="Doubles">The model learned again from bootstrap samples; none where many taught.</param>
public sealed record ChanceModel(FittedModel Fitted, Calibrator Calibrator, double[] Seen, double[] Happened, FittedModel[] Doubles)
{
    private const int FewestAlike = 25;
    private const int MostKept = 4_000;

    public static ChanceModel Of(FittedModel fitted, Calibrator calibrator, double[] foretold, double[] labels, FittedModel[] doubles, int seed)
    {
        var kept = Sampling.Indices(labels.Length, MostKept, seed);
        var (seen, happened) = (kept.Select(i => calibrator.Apply(foretold[i])).ToArray(), kept.Select(i => labels[i]).ToArray());
        Array.Sort(seen, happened);
        var running = new double[seen.Length + 1];
        for (var i = 0; i < seen.Length; i++) running[i + 1] = running[i] + happened[i];
        return new ChanceModel(fitted, calibrator, seen, running, doubles);
    }

    public double[] Score(LearningRows rows) => Calibrator.Apply(Fitted.Score(rows));

    /// <summary>Chances with their bands at 80 %.</summary>
    public Chance[] Bands(LearningRows rows)
    {
        var bands = Score(rows).Select(Band).ToArray();
        if (Doubles.Length == 0) return bands;
        var others = Doubles.Select(d => Calibrator.Apply(d.Score(rows))).ToArray();
        for (var i = 0; i < bands.Length; i++)
        {
            // A little wider than 80 %: the bootstrap of a small sample is too sure of itself.
            var said = others.Select(o => o[i]).Order().ToArray();
            bands[i] = new Chance(bands[i].Value, Math.Min(bands[i].Low, Estimate.Quantile(said, 0.05)), Math.Max(bands[i].High, Estimate.Quantile(said, 0.95)));
        }
        return bands;
    }

    private Chance Band(double chance)
    {
        if (Seen.Length == 0) return new Chance(chance, 0, 1);
        var alike = Math.Min(Seen.Length, Math.Max(FewestAlike, Seen.Length / 20));
        var at = Array.BinarySearch(Seen, chance);
        var from = Math.Clamp((at >= 0 ? at : ~at) - alike / 2, 0, Seen.Length - alike);
        // Around the chance itself, as wide as so few people make it; what happened to them widens it where it disagrees.
        var (own, theirs) = (Estimate.Share(chance * alike, alike, 1.28), Estimate.Share(Happened[from + alike] - Happened[from], alike, 0.5));
        return new Chance(chance, Math.Min(own.Low, theirs.Low), Math.Max(own.High, theirs.High));
    }
}
