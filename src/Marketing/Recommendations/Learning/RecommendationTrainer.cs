using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Recommendations.Ml;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Learns recommendations: read → cut by time into train, validation and test → choose → judge on the test days beside
/// popularity and the champion → train the choice on everything → publish if the guard agrees.
/// </summary>
internal sealed class RecommendationTrainer(InterestStore store, ProductService catalog, ModelRegistry registry, ShelfKeeper shelves, IOptions<RecommendationsOptions> options, IStringLocalizer<Pages.RecommendationsText> text, ShopClock clock) : IModelTrainer
{
    public const int FewestPeople = 40, FewestProducts = 8, FewestInteractions = 400, FewestJudges = 20;
    private const double ValidationFrom = 0.75, TestFrom = 0.88;
    private const int K = 10, Seed = 1, TogetherNearest = 40, MostJudges = 4_000;
    private const float TogetherShrink = 5;

    public string Kind => RecommendationModel.Kind;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        var to = (await store.LastSeenAsync(clock.Now, context.Cancel)).AddSeconds(1);
        var from = to.AddDays(-options.Value.HistoryDays);
        var data = new LearningData();
        await store.ReadAsync(from, to, options.Value, data.Add, learning: true, context.Cancel);
        if (data.People < FewestPeople) return TrainingOutcome.Refused($"people {data.People} < {FewestPeople}");
        if (data.Products.Count < FewestProducts) return TrainingOutcome.Refused($"products {data.Products.Count} < {FewestProducts}");
        if (data.Count < FewestInteractions) return TrainingOutcome.Refused($"pairs of a person and a product {data.Count} < {FewestInteractions}");
        var (orders, lines) = (new Dictionary<string, int>(), new List<Interaction>());
        await store.BasketsAsync(from, to, (order, product) =>
        {
            if (data.Find(product) is not { } item) return;
            if (!orders.TryGetValue(order, out var number)) orders[order] = number = orders.Count;
            lines.Add(new Interaction(number, item));
        }, context.Cancel);
        var facts = (await catalog.FactsAsync(context.Cancel)).ToDictionary(f => f.Id);
        var words = await catalog.DescriptionsAsync(context.Cancel);
        var champion = await registry.ChampionAsync(Kind, context.Cancel);
        var before = champion is null ? null : RecommendationModel.Read((await registry.ContentAsync(champion.Id, context.Cancel))!);
        return await context.ComputeAsync(() => Cores.Alone(() => Learn(data, lines, orders.Count, facts, words, champion, before, from, to, context)));
    }

    public string FeatureName(string key) => text["Voice." + key] is { ResourceNotFound: false } named ? named.Value : key;

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => shelves.RefreshAsync(cancel);

    private static TrainingOutcome Learn(LearningData data, List<Interaction> lines, int orders, Dictionary<string, ProductFact> facts, IReadOnlyDictionary<string, string> words, ModelVersion? champion, RecommendationModel? before, DateTimeOffset from, DateTimeOffset to, TrainingContext context)
    {
        context.Report("preparing", 0.1);
        var products = data.Products.Count;
        var likeness = TextLikeness.Of([.. data.Products.Select(p => facts.TryGetValue(p, out var f) ? new ProductText(f.Title ?? "", f.Category, f.Brand, words.GetValueOrDefault(p)) : new ProductText("", null, null))]);
        (string, IItemScorer)[] fixedParts = [(RecommendationModel.Likeness, likeness)];
        var (validFrom, testFrom) = (data.DayOf(ValidationFrom), data.DayOf(TestFrom));
        context.Report("choosing", 0.15);
        var choice = EnsembleTrainer.Search(data.Cut(validFrom, testFrom), fixedParts, Seed, context.Cancel);
        context.Report("judging", 0.5);
        var (known, later) = data.Cut(testFrom, float.PositiveInfinity);
        var trial = choice.Recipe.Fit(known, fixedParts, context.Cancel);
        var judges = Judges(known, later);
        if (judges.Length < FewestJudges) return TrainingOutcome.Refused($"people of the last days with something new {judges.Length} < {FewestJudges}");
        var (ours, quality) = Judge(trial, known, later, judges);
        var (theirs, popular) = Judge(Popularity.Train(known, choice.Recipe.HalfLife), known, later, judges);
        var gain = ours.Zip(theirs, (a, b) => a - b).ToArray();
        var error = Math.Sqrt(gain.Sum(g => (g - gain.Average()) * (g - gain.Average())) / Math.Max(1, gain.Length - 1) / gain.Length);
        var now = new Showing(quality.Ndcg, popular.Ndcg, gain.Average() - 1.96 * error, data.Count, products, judges.Length);
        var fresh = Fresh(data, trial, champion, before, testFrom);
        var objection = ModelGuard.Objection(now, champion is null ? null : Shown(champion), fresh);
        context.Report("fitting", 0.65);
        var final = choice.Recipe.Fit(data.Whole(), fixedParts, context.Cancel);
        var together = ItemNeighbours.Train(Interactions.Of(lines, Math.Max(orders, 1), products), TogetherNearest, TogetherShrink);
        context.Report("describing", 0.95);
        var model = new RecommendationModel([.. data.Products], Bare(final), final.Parts.FirstOrDefault(p => p.Name == RecommendationModel.Likeness)?.Weight ?? 0, together, Bare(trial), LearningData.At(testFrom));
        var measures = new Dictionary<string, double>
        {
            ["nDCG@10"] = quality.Ndcg, ["MAP"] = quality.MeanAveragePrecision, ["P@10"] = quality.Precision, ["R@10"] = quality.Recall, ["coverage"] = quality.Coverage, ["novelty"] = quality.Novelty,
            ["popularity nDCG@10"] = popular.Ndcg, ["gain"] = gain.Average(), ["gain low"] = now.GainLow, ["gain high"] = gain.Average() + 1.96 * error, ["people judged"] = judges.Length, ["products"] = products, ["pairs"] = data.Count,
        };
        if (fresh is { } f) (measures["nDCG@10 on new days"], measures["champion nDCG@10 on new days"]) = (f.Now, f.Before);
        var verdict = objection ?? (now.GainLow > 0 ? ModelGuard.Better : ModelGuard.NotBetter);
        return TrainingOutcome.Of(new TrainedModel(model.Write(), verdict, objection is null, [.. final.Parts.Select(p => p.Name)], measures, from, to, data.Count, Seed,
            Card(ours, quality, popular, now, choice, data.People, fresh is { } f2 ? new CardChallenge(champion!.Version, f2.Now, f2.Before) : null, LearningData.At(testFrom), to)));
    }

    private static ModelCard Card(double[] each, RankingQuality own, RankingQuality popular, Showing now, Choice choice, int people, CardChallenge? challenge, DateTimeOffset judgedFrom, DateTimeOffset to)
    {
        static Dictionary<string, double> Of(RankingQuality q) => new() { ["nDCG@10"] = q.Ndcg, ["MAP"] = q.MeanAveragePrecision, ["P@10"] = q.Precision, ["R@10"] = q.Recall, ["coverage"] = q.Coverage, ["novelty"] = q.Novelty };
        var band = Estimate.Bootstrap(each.Length, w => each.Select((e, i) => e * (w?[i] ?? 1)).Sum() / each.Length, Seed);
        return new ModelCard
        {
            Primary = "nDCG@10", HigherIsBetter = true, IsJudgedByTrainer = true, BeatsBaseline = now.GainLow > 0, People = people, JudgedFrom = judgedFrom, JudgedTo = to, Challenge = challenge,
            Measures = [.. Of(own).Select(m => m.Key == "nDCG@10" ? new CardMeasure(m.Key, m.Value, band.Low, band.High) : new CardMeasure(m.Key, m.Value))], Baselines = [new("popularity", Of(popular))],
            Drivers = [.. choice.Recipe.Weights.OrderByDescending(v => v.Weight).Select(v => new Driver(v.Voice, v.Weight, 0))], Chosen = choice.Trials[^1].Settings, Limits = ["cold", "season", "consent"],
        };
    }

    private static int[] Judges(Interactions known, Interactions later)
    {
        var judges = Enumerable.Range(0, later.UserCount).Where(p => later.ItemsOf(p).Length > 0 && known.ItemsOf(p).Length > 0).ToArray();
        if (judges.Length <= MostJudges) return judges;
        new Random(Seed).Shuffle(judges);
        return judges[..MostJudges];
    }

    private static (double[] Each, RankingQuality Quality) Judge(IItemScorer scorer, Interactions known, Interactions later, int[] judges)
    {
        var lists = RankingEvaluator.Lists(scorer, known, judges, K);
        return (RankingEvaluator.Each(judges, lists, later, K), RankingEvaluator.Measure(judges, lists, known, later, K));
    }

    /// <summary>Both on the days after the champion's last, in the champion's numbers; null where too few people came back since.</summary>
    private static (double Now, double Before)? Fresh(LearningData data, Blend trial, ModelVersion? champion, RecommendationModel? before, float testFrom)
    {
        if (champion?.DataTo is not { } until || before is null) return null;
        var (known, later) = data.Cut(Math.Max(testFrom, LearningData.Day(until)), float.PositiveInfinity);
        var judges = Judges(known, later);
        if (judges.Length < FewestJudges) return null;
        var mapped = new Renumbered(before.Blend, [.. before.Products.Select(data.Find)], data.Products.Count);
        return (Judge(trial, known, later, judges).Quality.Ndcg, Judge(mapped, known, later, judges).Quality.Ndcg);
    }

    private static Showing Shown(ModelVersion champion)
    {
        var quality = champion.ReadQuality();
        double Of(string key) => quality.GetValueOrDefault(key);
        return new Showing(Of("nDCG@10"), Of("popularity nDCG@10"), Of("gain low"), (long)Of("pairs"), (int)Of("products"), (int)Of("people judged"));
    }

    private static Blend Bare(Blend blend) => new([.. blend.Parts.Where(p => p.Name != RecommendationModel.Likeness)]);
}

/// <summary>A model of other numbers, asked in these; products it does not know are last.</summary>
internal sealed class Renumbered(IItemScorer scorer, int?[] theirs, int count) : IItemScorer
{
    private readonly Dictionary<int, int> _back = theirs.Select((here, there) => (here, there)).Where(p => p.here is not null).ToDictionary(p => p.here!.Value, p => p.there);

    public void Score(History history, Span<float> scores)
    {
        var known = new List<(int Item, float Weight)>();
        for (var n = 0; n < history.Items.Length; n++)
            if (_back.TryGetValue(history.Items[n], out var item)) known.Add((item, history.Weights[n]));
        known.Sort();
        var own = new float[theirs.Length];
        scorer.Score(new History([.. known.Select(k => k.Item)], [.. known.Select(k => k.Weight)]), own);
        scores[..count].Fill(float.MinValue);
        for (var there = 0; there < own.Length; there++)
            if (theirs[there] is { } here) scores[here] = own[there];
    }
}
