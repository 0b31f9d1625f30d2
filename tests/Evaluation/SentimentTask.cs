using System.Globalization;
using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Good or bad, learnt from a part of a file and judged on the rest. Labels are 0/1, negative/positive or stars (1–2 bad,
/// 4–5 good, 3 left out). Large files are split 80/20 by label; of up to 5,000 texts each is judged once, in ten folds.
/// Settings are chosen within the training part.
/// </summary>
internal static class SentimentTask
{
    private const int Seed = 42;
    private const int Folds = 10;

    public static readonly EvaluationTask Task = new("sentiment", "<file> [--lang en|zh] [--text column] [--label column] [--seed s]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("lang", "text", "label", "seed");
        var seed = arguments.Number("seed") ?? Seed;
        var lines = LabelledFile.Read(arguments.Path(0, "a file of texts with labels"), arguments.Text("text"), arguments.Text("label"), "label", "sentiment");
        var texts = Rated(lines);
        var (good, bad) = (texts.Count(t => t.Good), texts.Count(t => !t.Good));
        if (Math.Min(good, bad) < Folds) throw new EvaluationException($"{good} good and {bad} bad texts: too few to learn from and to judge by.");
        var language = arguments.Text("lang") ?? Most(texts) ?? throw new EvaluationException("The texts are neither English nor Chinese; name the nearer one with --lang.");
        if (language is not (TextLanguage.English or TextLanguage.Chinese)) throw new EvaluationException($"--lang {language} is neither en nor zh.");

        var large = texts.Count > SentimentTrainer.Small;
        var of = SentimentTrainer.Held([.. texts.Select(t => t.Good)], large ? 5 : Folds, seed);
        var rounds = large ? 1 : Folds;
        report.Figure("texts", texts.Count);
        report.Figure("language", language);
        report.Figure("protocol", large ? $"80/20 by label, seed {seed}" : $"{Folds} folds by label, seed {seed}");
        var own = Judge(texts, of, rounds, train =>
        {
            var trained = SentimentTrainer.Train(train, TextShape.Of(language), seed);
            if (large) report.Figure("chosen", string.Create(CultureInfo.InvariantCulture, $"{trained.Settings}, accuracy on held training texts {trained.Quality.Accuracy:F4}"));
            return trained.Model;
        });
        report.Figure("accuracy", own.Accuracy);
        report.Figure("F1", own.F1);
        report.Figure("AUC", own.Auc);
        report.Figure("ECE", own.CalibrationError);
        report.Baseline("majority", "accuracy", own.Majority);
        // TF-IDF of words 1–2 (characters 1–2 in Chinese), logistic regression with a pull of 1: no ratios, no word list, nothing chosen.
        var plain = language == TextLanguage.Chinese ? new TextShape(0, 1, 2, true, false) : new TextShape(2, 0, 0, false, false);
        Baseline("TF-IDF + logistic regression", plain, new SentimentSettings(1, null, 1, false));
        if (!large) Baseline("without word list", TextShape.Of(language), new SentimentSettings(0.2f, 0.5f, 1, false));
        return System.Threading.Tasks.Task.CompletedTask;

        void Baseline(string label, TextShape shape, SentimentSettings settings)
        {
            var measured = Judge(texts, of, rounds, train => SentimentTrainer.Train(train, shape, seed, tried: [settings]).Model);
            report.Baseline(label, "accuracy", measured.Accuracy);
            report.Baseline(label, "F1", measured.F1);
            report.Baseline(label, "AUC", measured.Auc);
        }
    }

    private static BinaryQuality Judge(List<RatedText> texts, int[] of, int rounds, Func<List<RatedText>, SentimentModel> train)
    {
        var (chances, truth) = (new List<double>(), new List<bool>());
        for (var round = 0; round < rounds; round++)
        {
            var model = train([.. texts.Where((_, i) => of[i] != round)]);
            foreach (var text in texts.Where((_, i) => of[i] == round))
            {
                chances.Add(model.Predict(text.Text));
                truth.Add(text.Good);
            }
        }
        return BinaryQuality.Of(chances, truth);
    }

    private static List<RatedText> Rated(List<LabelledFile.Line> lines)
    {
        var numbers = lines.Select(l => double.TryParse(l.Label, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : (double?)null).ToList();
        var stars = numbers.Any(n => n > 1);
        var rated = new List<RatedText>(lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            bool? good = numbers[i] is { } n ? stars ? n >= 4 ? true : n <= 2 ? false : null : n > 0
                : lines[i].Label.ToLowerInvariant() switch { "positive" or "pos" or "good" or "正面" or "好评" => true, "negative" or "neg" or "bad" or "负面" or "差评" => false, "neutral" or "中性" or "中评" => null, var label => throw new EvaluationException($"The label {label} is neither good nor bad.") };
            if (good is { } known) rated.Add(new RatedText(lines[i].Text, known));
        }
        return rated;
    }

    private static string? Most(List<RatedText> texts) =>
        texts.Take(500).Select(t => TextLanguage.Of(t.Text)).OfType<string>().GroupBy(l => l).MaxBy(g => g.Count())?.Key;
}
