using System.Collections.Concurrent;
using System.Globalization;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Reviews.Ml;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Reviews;

/// <summary>The model that reads a language, and how often it was right on this shop's rated reviews.</summary>
/// <param name="Name">starter, or v and its version in the registry.</param>
/// <param name="Judged">How many rated reviews it was judged by; none of them was learnt from.</param>
/// <param name="Shows">Whether it was judged by enough reviews for its scores to be shown.</param>
public sealed record LanguageModel(string Language, string Name, SentimentModel Model, int Judged, Interval Accuracy, bool Shows);

/// <summary>
/// The models in use: the champion of the registry, else the starter. The starter is judged on the shop's rated reviews; a
/// champion was, when it was learnt, on those held back.
/// </summary>
public sealed class SentimentModels
{
    public static IReadOnlyList<string> Languages { get; } = [TextLanguage.English, TextLanguage.Chinese];

    /// <summary>Name of the quality figure that counts the texts a version was judged by.</summary>
    internal const string JudgedTexts = "judged texts";

    private const string Starter = "starter";
    private const int MostJudged = 2_000;
    private const int Seed = 1;

    private static readonly ConcurrentDictionary<string, Lazy<SentimentModel>> Starters = new();

    private readonly ModelRegistry _registry;
    private readonly ReviewStore _reviews;
    private readonly ReviewsOptions _options;
    private readonly ConcurrentDictionary<string, LanguageModel> _models = new();

    internal SentimentModels(ModelRegistry registry, ReviewStore reviews, IOptions<ReviewsOptions> options) => (_registry, _reviews, _options) = (registry, reviews, options.Value);

    public static string KindOf(string language) => "sentiment-" + language;

    /// <summary>The model as it was last read; null before the first <see cref="RefreshAsync"/>, and for other languages.</summary>
    public LanguageModel? Of(string? language) => language is null ? null : _models.GetValueOrDefault(language);

    /// <returns>True where another model is in use now.</returns>
    public async Task<bool> RefreshAsync(string language, CancellationToken cancel = default)
    {
        var before = Of(language);
        if (await _registry.ChampionAsync(KindOf(language), cancel) is { } version)
        {
            var name = "v" + version.Version.ToString(CultureInfo.InvariantCulture);
            if (before?.Name == name) return false;
            using var content = new MemoryStream(await _registry.ContentAsync(version.Id, cancel) ?? throw new InvalidOperationException($"Version {version.Id} has no content."));
            var quality = version.ReadQuality();
            var (judged, right) = ((int)quality.GetValueOrDefault(JudgedTexts, version.RowCount), quality.GetValueOrDefault("accuracy"));
            _models[language] = new LanguageModel(language, name, SentimentModel.Read(content), judged, Proportions.Wilson((long)Math.Round(right * judged), judged), judged >= _options.JudgedBy);
            return true;
        }
        var model = StarterOf(language);
        var known = await _reviews.RatedCountAsync(language, MostJudged, cancel);
        if (before?.Name == Starter && known < before.Judged * 1.1 + 1 && known >= before.Judged) return false;
        var rated = await _reviews.RatedAsync(language, MostJudged, cancel);
        _models[language] = new LanguageModel(language, Starter, model, rated.Count, Judge(model, rated), rated.Count >= _options.JudgedBy);
        return before?.Name != Starter;
    }

    /// <summary>The model that reads the language now.</summary>
    internal async Task<SentimentModel> InUseAsync(string language, CancellationToken cancel)
    {
        await RefreshAsync(language, cancel);
        return Of(language)!.Model;
    }

    internal static SentimentModel StarterOf(string language) =>
        Starters.GetOrAdd(language, l => new Lazy<SentimentModel>(() => SentimentTrainer.Train(StarterTexts.Of(l), TextShape.Of(l), Seed, tried: [new SentimentSettings(1, null, 1, true)]).Model)).Value;

    internal static Interval Judge(SentimentModel model, IReadOnlyList<Review> rated) =>
        Proportions.Wilson(rated.Count(r => model.Predict(r.Body) >= 0.5 == r.Rating >= 4), rated.Count);
}
