using System.Collections.Concurrent;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.ServiceDesk.Ml;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>The model of intents in use for each language: the champion of the registry, else one learnt from messages written for this product.</summary>
public sealed class IntentModels
{
    private const int Seed = 1;

    /// <summary>The starter is sure where nine of ten are right; a trained model has to do better.</summary>
    internal const double StarterSure = 0.9;

    private static readonly ConcurrentDictionary<string, Lazy<TrainedIntents>> Starters = new();
    private readonly ConcurrentDictionary<string, (int Version, IntentModel Model)> _read = new();
    private readonly ModelRegistry _registry;

    internal IntentModels(ModelRegistry registry) => _registry = registry;

    /// <summary>Every intent an agent may name.</summary>
    public IReadOnlyList<string> Known { get; } = [.. StarterIntents.Of(TextLanguage.English).Select(t => t.Intent).Distinct()];

    public static string KindOf(string language) => "intents-" + language;

    /// <summary>Intents of somebody who should get no promotion meanwhile.</summary>
    public static bool IsComplaint(string intent) => intent is "complaint" or "damaged_item" or "wrong_item";

    /// <returns>Null for other languages.</returns>
    public async Task<IntentModel?> OfAsync(string? language, CancellationToken cancel = default)
    {
        if (language is not (TextLanguage.English or TextLanguage.Chinese)) return null;
        if (await _registry.ChampionAsync(KindOf(language), cancel) is not { } version) return StarterOf(language).Model;
        if (_read.TryGetValue(language, out var read) && read.Version == version.Id) return read.Model;
        using var content = new MemoryStream(await _registry.ContentAsync(version.Id, cancel) ?? throw new InvalidOperationException($"Version {version.Id} has no content."));
        var model = IntentModel.Read(content);
        _read[language] = (version.Id, model);
        return model;
    }

    internal static TrainedIntents StarterOf(string language) =>
        Starters.GetOrAdd(language, l => new Lazy<TrainedIntents>(() =>
        {
            var (texts, groups) = Grouped(l, []);
            return IntentTrainer.Train(texts, IntentTrainer.Shape(l), Seed, StarterSure, groups: groups);
        })).Value;

    /// <summary>The messages written for this product, those of a line in one group, and each of the shop's in one of its own.</summary>
    internal static (IReadOnlyList<LabelledText> Texts, IReadOnlyList<int> Groups) Grouped(string language, IReadOnlyList<LabelledText> shop)
    {
        List<IReadOnlyList<LabelledText>> lines = [.. StarterIntents.Lines(language), .. shop.Select(t => new[] { t })];
        return ([.. lines.SelectMany(l => l)], [.. lines.SelectMany((l, i) => l.Select(_ => i))]);
    }
}

/// <summary>Learns intents from what agents said messages are about, beside the messages written for this product.</summary>
internal sealed class IntentModelTrainer(string language, ConversationStore store, IntentModels models) : IModelTrainer
{
    private const int Fewest = 50;
    private const int Seed = 1;

    public string Kind => IntentModels.KindOf(language);

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        var own = await store.LabelsAsync(language, context.Cancel);
        if (own.Count < Fewest) return TrainingOutcome.Refused($"messages with an agent's intent {own.Count} < {Fewest}");
        var inUse = await models.OfAsync(language, context.Cancel) ?? throw new InvalidOperationException($"There is no model for {language}.");
        var (held, learnt) = Split([.. own.Select(o => new LabelledText(o.Body, o.Intent))]);
        if (held.Count == 0 || learnt.Count == 0) return TrainingOutcome.Refused("alike messages");
        var (texts, groups) = IntentModels.Grouped(language, learnt);
        var trained = await context.ComputeAsync(() => IntentTrainer.Train(texts, IntentTrainer.Shape(language), Seed, report: share => context.Report("fitting", share), groups: groups, cancel: context.Cancel));
        var (now, before) = (IntentTrainer.Judge(trained.Model, held), IntentTrainer.Judge(inUse, held));
        var quality = new Dictionary<string, double>
        {
            ["accuracy"] = now.Accuracy, ["accuracy in use"] = before.Accuracy, ["macro F1"] = now.MacroF1, ["top-3 accuracy"] = now.TopThree, ["sure of"] = now.Coverage, ["accuracy where sure"] = now.SureAccuracy, ["held messages"] = held.Count,
        };
        var better = now.Accuracy >= before.Accuracy;
        return TrainingOutcome.Of(new TrainedModel(trained.Model.Write(), better ? "better" : "worse", better, ["words 1–2", "characters"], quality, null, null, texts.Count, Seed));
    }

    /// <summary>One in five of the shop's messages is held back, by its words: no version ever learns from it, so old and new are strangers to it alike.</summary>
    internal static (List<LabelledText> Held, List<LabelledText> Learnt) Split(IReadOnlyList<LabelledText> shop)
    {
        var sides = shop.ToLookup(t => HeldBack.Is(t.Text));
        return ([.. sides[true]], [.. sides[false]]);
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => Task.CompletedTask;
}
