using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.ServiceDesk.Ml;

/// <summary>A message and what its writer wanted.</summary>
public readonly record struct LabelledText(string Text, string Intent);

/// <summary>How good a model of intents is on messages it had not seen while it was learnt.</summary>
/// <param name="Coverage">Share of messages it is sure of.</param>
/// <param name="SureAccuracy">Share of those it is right about.</param>
public sealed record IntentQuality(int Texts, double Accuracy, double MacroF1, double TopThree, double Coverage, double SureAccuracy);

/// <summary>A model and its quality on held messages.</summary>
public sealed record TrainedIntents(IntentModel Model, IntentQuality Quality);

/// <summary>Learns intents: pieces → vectors → maximum entropy → sharpness and threshold from messages held once each.</summary>
public static class IntentTrainer
{
    /// <summary>Words 1–2 and runs of 3–5 characters; unknown pieces lengthen a text, so that strange messages stay unsure.</summary>
    private static readonly TextShape English = new(2, 3, 5, false, false);
    private static readonly TextShape Chinese = new(0, 1, 3, true, false);
    private const float Pull = 0.05f;
    private const int Folds = 5;
    private const int MostPieces = 60_000;

    /// <summary>Of the messages the model is sure of, this share should be right; below half a chance it is never sure.</summary>
    public const double SureEnough = 0.99;
    private const double LeastThreshold = 0.5;

    public static TextShape Shape(string? language) => language == TextLanguage.Chinese ? Chinese : English;

    /// <param name="groups">The group of each message: those of one are held together, because they are alike; null: each stands alone.</param>
    public static TrainedIntents Train(IReadOnlyList<LabelledText> texts, TextShape shape, int seed, double sureEnough = SureEnough, Action<double>? report = null, IReadOnlyList<int>? groups = null, CancellationToken cancel = default)
    {
        var intents = texts.Select(t => t.Intent).Distinct().Order(StringComparer.Ordinal).ToList();
        var place = intents.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        var cut = texts.Select(t => CutText.Of(t.Text, shape)).ToArray();
        var classes = texts.Select(t => place[t.Intent]).ToArray();
        var of = groups is null ? Held(classes, Folds, seed) : HeldTogether(classes, groups, seed);
        var scores = new double[texts.Count][];
        for (var fold = 0; fold < Folds; fold++)
        {
            report?.Invoke(fold / (Folds + 1.0));
            var inside = Enumerable.Range(0, cut.Length).Where(i => of[i] != fold).ToArray();
            var part = Fit(inside, cut, classes, intents, shape, cancel);
            for (var i = 0; i < cut.Length; i++)
                if (of[i] == fold) scores[i] = part.Model.Scores(part.Vectorizer.Of(cut[i]));
        }
        var sharpness = Sharpness(scores, classes);
        var chances = scores.Select(s => IntentModel.Chances(s, sharpness)).ToList();
        var threshold = Threshold(chances, classes, sureEnough);
        var whole = Fit([.. Enumerable.Range(0, cut.Length)], cut, classes, intents, shape, cancel, sharpness, threshold);
        return new TrainedIntents(whole.Model, Measure(chances, classes, intents.Count, threshold));
    }

    /// <summary>Judges a model on messages of its own; an intent it does not know counts as wrong.</summary>
    public static IntentQuality Judge(IntentModel model, IReadOnlyList<LabelledText> texts)
    {
        var names = model.Intents.Concat(texts.Select(t => t.Intent)).Distinct().ToList();
        var guesses = texts.Select(t => model.Guess(t.Text)).ToList();
        var chances = guesses.Select(g => names.Select(n => g.Best.FirstOrDefault(b => b.Intent == n).Chance).ToArray()).ToList();
        return Measure(chances, [.. texts.Select(t => names.IndexOf(t.Intent))], names.Count, model.Threshold);
    }

    private static (IntentModel Model, Vectorizer Vectorizer) Fit(int[] rows, CutText[] cut, int[] classes, List<string> intents, TextShape shape, CancellationToken cancel, double sharpness = 1, double threshold = 1)
    {
        var texts = rows.Select(i => cut[i]).ToList();
        var vectorizer = Vectorizer.Learn(texts, shape, texts.Count > 2_000 ? 2 : 1, MostPieces, countUnknown: true);
        var (weights, biases) = LinearFit.Classes([.. texts.Select(vectorizer.Of)], [.. rows.Select(i => classes[i])], intents.Count, vectorizer.Size, Pull, cancel);
        return (new IntentModel(intents, vectorizer, weights, biases, sharpness, threshold), vectorizer);
    }

    private static int[] HeldTogether(int[] classes, IReadOnlyList<int> groups, int seed)
    {
        var first = groups.Select((g, i) => (g, i)).GroupBy(p => p.g).Select(g => (g.Key, Class: classes[g.First().i])).ToList();
        var of = Held([.. first.Select(f => f.Class)], Folds, seed).Select((fold, i) => (first[i].Key, fold)).ToDictionary(p => p.Key, p => p.fold);
        return [.. groups.Select(g => of[g])];
    }

    /// <summary>The fold of each message, the messages of every intent spread over all folds.</summary>
    public static int[] Held(IReadOnlyList<int> classes, int folds, int seed)
    {
        var (random, of, next) = (new Random(seed), new int[classes.Count], 0);
        foreach (var group in Enumerable.Range(0, classes.Count).GroupBy(i => classes[i]).OrderBy(g => g.Key))
        {
            var rows = group.ToArray();
            random.Shuffle(rows);
            foreach (var row in rows) of[row] = next++ % folds;
        }
        return of;
    }

    /// <summary>The factor under which what happened was likeliest (temperature scaling, Guo et al. 2017), by halving the interval of its logarithm.</summary>
    private static double Sharpness(double[][] scores, int[] classes)
    {
        double Loss(double log) => Enumerable.Range(0, scores.Length).Sum(i => -Math.Log(Math.Max(1e-12, IntentModel.Chances(scores[i], Math.Exp(log))[classes[i]])));
        var (low, high) = (-2.0, 4.0);
        while (high - low > 0.01)
        {
            var (a, b) = (low + (high - low) / 3, high - (high - low) / 3);
            if (Loss(a) < Loss(b)) high = b;
            else low = a;
        }
        return Math.Exp((low + high) / 2);
    }

    /// <summary>The lowest chance above which enough are right.</summary>
    private static double Threshold(List<double[]> chances, int[] classes, double sureEnough)
    {
        var (right, seen, threshold) = (0, 0, 1.0);
        foreach (var i in Enumerable.Range(0, chances.Count).OrderByDescending(i => chances[i].Max()))
        {
            seen++;
            if (Array.IndexOf(chances[i], chances[i].Max()) == classes[i]) right++;
            if (right >= sureEnough * seen) threshold = chances[i].Max();
        }
        return Math.Max(LeastThreshold, threshold);
    }

    private static IntentQuality Measure(List<double[]> chances, int[] classes, int count, double threshold)
    {
        var (hits, said, real) = (new int[count], new int[count], new int[count]);
        int right = 0, top = 0, sure = 0, sureRight = 0;
        for (var i = 0; i < chances.Count; i++)
        {
            var best = Array.IndexOf(chances[i], chances[i].Max());
            said[best]++;
            real[classes[i]]++;
            if (chances[i][classes[i]] > 0 && chances[i].Count(c => c > chances[i][classes[i]]) < IntentModel.Shown) top++;
            if (best == classes[i]) (right, hits[best]) = (right + 1, hits[best] + 1);
            if (chances[i][best] < threshold) continue;
            sure++;
            if (best == classes[i]) sureRight++;
        }
        var f1 = Enumerable.Range(0, count).Where(c => real[c] > 0).Average(c => 2.0 * hits[c] / (said[c] + real[c]));
        return new IntentQuality(chances.Count, right / (double)chances.Count, f1, top / (double)chances.Count, sure / (double)chances.Count, sure == 0 ? double.NaN : sureRight / (double)sure);
    }
}
