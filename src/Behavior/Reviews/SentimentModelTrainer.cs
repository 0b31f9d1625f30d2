using BehaviorDashboard.Learning;
using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.Reviews;

/// <summary>Learns good and bad in one language from the shop's own reviews with one, two, four or five stars.</summary>
internal sealed class SentimentModelTrainer(string language, ReviewStore store, ReviewKeeper keeper) : IModelTrainer
{
    private const int Fewest = 100;
    private const int FewestOfAKind = 20;
    private const int Most = 30_000;
    private const int Seed = 1;

    public string Kind => SentimentModels.KindOf(language);

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        var rated = await store.RatedAsync(language, Most, context.Cancel);
        var (good, bad) = (rated.Count(r => r.Rating >= 4), rated.Count(r => r.Rating <= 2));
        if (rated.Count < Fewest || Math.Min(good, bad) < FewestOfAKind)
            return TrainingOutcome.Refused($"rated reviews ({language}): {good} good, {bad} bad; needed are {Fewest} with {FewestOfAKind} of each");
        // The same words under several reviews would stand on both sides of the judgement.
        var texts = rated.GroupBy(r => r.Body.Trim()).Select(g => new RatedText(g.Key, g.Count(r => r.Rating >= 4) * 2 >= g.Count())).ToList();
        if (texts.Count(t => t.Good) < FewestOfAKind || texts.Count(t => !t.Good) < FewestOfAKind)
            return TrainingOutcome.Refused($"different texts ({language}): {texts.Count(t => t.Good)} good, {texts.Count(t => !t.Good)} bad; needed are {FewestOfAKind} of each");
        var trained = await context.ComputeAsync(() => SentimentTrainer.Train(texts, TextShape.Of(language), Seed, share => context.Report("fitting", 0.05 + 0.9 * share), cancel: context.Cancel));
        var starter = SentimentModels.StarterOf(language);
        var starterAccuracy = texts.Average(t => starter.Predict(t.Text) >= 0.5 == t.Good ? 1.0 : 0);
        var better = trained.Quality.Accuracy >= starterAccuracy;
        var quality = new Dictionary<string, double>
        {
            ["accuracy"] = trained.Quality.Accuracy, ["F1"] = trained.Quality.F1, ["AUC"] = trained.Quality.Auc, ["ECE"] = trained.Quality.CalibrationError, ["starter accuracy"] = starterAccuracy,
            ["majority accuracy"] = trained.Quality.Majority,
        };
        return TrainingOutcome.Of(new TrainedModel(trained.Model.Write(), better ? "better" : "worse", better, [language == TextLanguage.Chinese ? "characters 1–3" : "words 1–2, characters 3–5", "word list"], quality,
            rated[^1].OccurredAt, rated[0].OccurredAt, texts.Count, Seed));
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel)
    {
        keeper.Nudge();
        return Task.CompletedTask;
    }
}
