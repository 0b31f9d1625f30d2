using BehaviorDashboard.Learning;
using BehaviorDashboard.Reviews.Ml;

namespace BehaviorDashboard.Reviews;

/// <summary>Learns good and bad in one language from the shop's own reviews with one, two, four or five stars.</summary>
internal sealed class SentimentModelTrainer(string language, ReviewStore store, SentimentModels models, ReviewKeeper keeper) : IModelTrainer
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
        if (rated.Count < Fewest) return TrainingOutcome.Refused($"rated reviews {rated.Count} < {Fewest}");
        if (good < FewestOfAKind) return TrainingOutcome.Refused($"good reviews {good} < {FewestOfAKind}");
        if (bad < FewestOfAKind) return TrainingOutcome.Refused($"bad reviews {bad} < {FewestOfAKind}");
        // The same words under several reviews would stand on both sides of the judgement.
        var sides = rated.GroupBy(r => r.Body.Trim()).Select(g => new RatedText(g.Key, g.Count(r => r.Rating >= 4) * 2 >= g.Count())).ToLookup(t => HeldBack.Is(t.Text));
        List<RatedText> held = [.. sides[true]], texts = [.. sides[false]];
        var fewer = Math.Min(texts.Count(t => t.Good), texts.Count(t => !t.Good));
        if (fewer < FewestOfAKind || held.Count == 0) return TrainingOutcome.Refused($"different texts {fewer} < {FewestOfAKind}");
        var inUse = await models.InUseAsync(language, context.Cancel);
        var trained = await context.ComputeAsync(() => SentimentTrainer.Train(texts, TextShape.Of(language), Seed, share => context.Report("fitting", 0.05 + 0.9 * share), cancel: context.Cancel));
        var (now, before) = (Right(trained.Model, held), Right(inUse, held));
        var better = now >= before;
        var quality = new Dictionary<string, double>
        {
            ["accuracy"] = trained.Quality.Accuracy, ["F1"] = trained.Quality.F1, ["AUC"] = trained.Quality.Auc, ["ECE"] = trained.Quality.CalibrationError, ["majority accuracy"] = trained.Quality.Majority,
            [SentimentModels.JudgedTexts] = trained.Quality.Texts, ["held accuracy"] = now, ["accuracy in use"] = before, ["held reviews"] = held.Count,
        };
        return TrainingOutcome.Of(new TrainedModel(trained.Model.Write(), better ? "better" : "worse", better, [language == TextLanguage.Chinese ? "characters 1–3" : "words 1–2, characters 3–5", "word list"], quality,
            rated[^1].OccurredAt, rated[0].OccurredAt, texts.Count, Seed));
    }

    private static double Right(SentimentModel model, IReadOnlyList<RatedText> texts) => texts.Average(t => model.Predict(t.Text) >= 0.5 == t.Good ? 1.0 : 0);

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel)
    {
        keeper.Nudge();
        return Task.CompletedTask;
    }

    public Task HeardAsync(ModelVersion version, CancellationToken cancel)
    {
        keeper.Follow();
        keeper.Nudge();
        return Task.CompletedTask;
    }
}
