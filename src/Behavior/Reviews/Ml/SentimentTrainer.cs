namespace BehaviorDashboard.Reviews.Ml;

/// <summary>A text and whether its writer was content.</summary>
public readonly record struct RatedText(string Text, bool Good);

/// <summary>One way to fit, tried on held texts.</summary>
/// <param name="L2">Pull of the weights towards zero.</param>
/// <param name="RatioL2">The same for a second fit, in which each piece is weighed first by how differently it stands in good and bad
/// texts (log-count ratio); the weights of both are averaged. Null: none.</param>
/// <param name="Tone">Whether words known to be good or bad are counted: few texts gain by it, many lose.</param>
public sealed record SentimentSettings(float L2, float? RatioL2, int FewestTexts, bool Tone, int MostPieces = 600_000);

/// <summary>A model and how well it did on texts it had not seen while it was learnt.</summary>
public sealed record TrainedSentiment(SentimentModel Model, BinaryQuality Quality, SentimentSettings Settings);

/// <summary>
/// Learns good and bad from rated texts: pieces → vectors → log-count ratios → L-BFGS → calibration on held texts.
/// </summary>
/// <remarks>Ratios: Wang and Manning, "Baselines and Bigrams" (2012). Calibration: Platt (1999).</remarks>
public static class SentimentTrainer
{
    /// <summary>Up to here every text is held once, in turn; beyond, a tenth is held.</summary>
    public const int Small = 5_000;
    private const int Folds = 5;

    /// <param name="seed">Chooses what is held.</param>
    public static TrainedSentiment Train(IReadOnlyList<RatedText> texts, TextShape shape, int seed, Action<double>? report = null, IReadOnlyList<SentimentSettings>? tried = null, CancellationToken cancel = default)
    {
        var grid = tried ?? Grid(texts.Count);
        shape = shape with { Tone = grid.Any(g => g.Tone) };
        var cut = texts.Select(t => CutText.Of(t.Text, shape)).ToArray();
        var good = texts.Select(t => t.Good).ToArray();
        var folds = Held(good, texts.Count <= Small ? Folds : 10, seed);
        var rounds = texts.Count <= Small ? Folds : 1;
        TrainedSentiment? best = null;
        for (var g = 0; g < grid.Count; g++)
        {
            var (scores, truth) = (new List<double>(), new List<bool>());
            for (var round = 0; round < rounds; round++)
            {
                cancel.ThrowIfCancellationRequested();
                report?.Invoke((g * rounds + round) / (double)(grid.Count * rounds + 1));
                var (inside, outside) = (Where(folds, f => f != round), Where(folds, f => f == round));
                var (vectorizer, weights, bias) = Fit(cut, good, inside, shape, grid[g], cancel);
                var model = new SentimentModel(vectorizer, weights, bias, 1, 0);
                scores.AddRange(outside.Select(i => model.Score(vectorizer.Of(cut[i]))));
                truth.AddRange(outside.Select(i => good[i]));
            }
            var (slope, shift) = Platt.Fit(scores, truth);
            var quality = BinaryQuality.Of([.. scores.Select(s => 1 / (1 + Math.Exp(-(slope * s + shift))))], truth);
            if (best is not null && quality.LogLoss >= best.Quality.LogLoss) continue;
            // The last fit sees everything; the slope found on held texts is its calibration.
            best = new TrainedSentiment(new SentimentModel(new Vectorizer(shape, [], [], false), [], 0, slope, shift), quality, grid[g]);
        }
        var all = Fit(cut, good, [.. Enumerable.Range(0, cut.Length)], shape, best!.Settings, cancel);
        return best with { Model = best.Model.With(all.Vectorizer, all.Weights, all.Bias) };
    }

    private static IReadOnlyList<SentimentSettings> Grid(int texts) => texts > Small ? [new(0.1f, null, 2, false), new(0.1f, 1f, 2, false)]
        : [new(0.2f, null, 1, true), new(1f, null, 1, true), new(0.2f, 0.5f, 1, true), new(1f, 2f, 1, true)];

    private static (Vectorizer Vectorizer, float[] Weights, float Bias) Fit(CutText[] cut, bool[] good, int[] rows, TextShape shape, SentimentSettings settings, CancellationToken cancel)
    {
        var texts = rows.Select(i => cut[i]).ToList();
        var labels = rows.Select(i => good[i]).ToList();
        var vectorizer = Vectorizer.Learn(texts, shape, settings.FewestTexts, settings.MostPieces);
        var vectors = texts.Select(vectorizer.Of).ToList();
        var (plain, bias) = LinearFit.Binary(vectors, labels, vectorizer.Size, settings.L2, cancel);
        if (settings.RatioL2 is not { } pull) return (vectorizer, plain, bias);
        var ratio = Ratios(vectors, labels, vectorizer.Size);
        var weighed = vectors.Select(v => new SparseVector(v.Places, [.. v.Places.Select((p, i) => v.Values[i] * ratio[p])])).ToList();
        var (weights, intercept) = LinearFit.Binary(weighed, labels, vectorizer.Size, pull, cancel);
        return (vectorizer, [.. weights.Select((w, p) => (w * ratio[p] + plain[p]) / 2)], (intercept + bias) / 2);
    }

    /// <summary>Logarithm of how much more often a piece stands in good than in bad texts, with one of each added.</summary>
    private static float[] Ratios(List<SparseVector> vectors, List<bool> good, int size)
    {
        var (inGood, inBad) = (new double[size], new double[size]);
        for (var i = 0; i < vectors.Count; i++)
            foreach (var place in vectors[i].Places) (good[i] ? inGood : inBad)[place]++;
        var (allGood, allBad) = (Math.Max(1, good.Count(g => g)), Math.Max(1, good.Count(g => !g)));
        return [.. Enumerable.Range(0, size).Select(p => (float)Math.Log((inGood[p] + 1) / (allGood + 2.0) / ((inBad[p] + 1) / (allBad + 2.0))))];
    }

    /// <summary>The fold of each text, so that every fold has the same share of good ones.</summary>
    public static int[] Held(IReadOnlyList<bool> good, int folds, int seed)
    {
        var (random, of) = (new Random(seed), new int[good.Count]);
        foreach (var label in (bool[])[true, false])
        {
            var rows = Enumerable.Range(0, good.Count).Where(i => good[i] == label).ToArray();
            random.Shuffle(rows);
            for (var i = 0; i < rows.Length; i++) of[rows[i]] = i % folds;
        }
        return of;
    }

    private static int[] Where(int[] folds, Func<int, bool> kept) => [.. Enumerable.Range(0, folds.Length).Where(i => kept(folds[i]))];
}
