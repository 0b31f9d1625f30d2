using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Top-10 lists learnt from one file and judged by the other: every line of the test file is relevant, products of the training
/// file are not recommended again, people of the test file alone get what is popular. Settings are chosen within the training file.
/// </summary>
internal static class RecommendationsTask
{
    private const int K = 10;
    private const double HeldShare = .25;

    public static readonly EvaluationTask Task = new("recommendations", "<train.tsv> <test.tsv> [--seed s]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("seed");
        var seed = arguments.Number("seed") ?? 1;
        var trainLines = RatingFile.Read(arguments.Path(0, "the training file"));
        var testLines = RatingFile.Read(arguments.Path(1, "the test file"));
        var (people, products) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        var (trainFacts, testFacts) = (Facts(trainLines, people, products), Facts(testLines, people, products));
        var train = Interactions.Of(trainFacts, people.Count, products.Count);
        var test = Interactions.Of(testFacts, people.Count, products.Count);

        var ensemble = EnsembleTrainer.Train(train, train.HoldOut(HeldShare, seed), [], seed);
        var quality = RankingEvaluator.Evaluate(ensemble.Model, train, test, K);
        report.Figure("nDCG@10", quality.Ndcg);
        report.Figure("MAP", quality.MeanAveragePrecision);
        report.Figure("P@10", quality.Precision);
        report.Figure("R@10", quality.Recall);
        report.Figure("coverage", quality.Coverage);
        report.Figure("novelty", quality.Novelty);
        report.Figure("validation nDCG@10", ensemble.Validation.Ndcg);
        report.Figure("chosen", ensemble.Trials[^1].Settings);
        report.Figure("search seconds", ensemble.SearchTime.TotalSeconds);
        report.Figure("train seconds", ensemble.FitTime.TotalSeconds);
        Baseline("popularity", Popularity.Train(train, float.PositiveInfinity));
        Baseline("item-kNN", ItemNeighbours.Train(train, 100, 0));
        return System.Threading.Tasks.Task.CompletedTask;

        void Baseline(string label, IItemScorer scorer)
        {
            var measured = RankingEvaluator.Evaluate(scorer, train, test, K);
            report.Baseline(label, "nDCG@10", measured.Ndcg);
            report.Baseline(label, "MAP", measured.MeanAveragePrecision);
            report.Baseline(label, "P@10", measured.Precision);
            report.Baseline(label, "R@10", measured.Recall);
            report.Baseline(label, "coverage", measured.Coverage);
        }
    }

    private static List<Interaction> Facts(List<RatingFile.Line> lines, Dictionary<string, int> people, Dictionary<string, int> products)
    {
        var first = lines.Min(line => line.Seconds);
        return [.. lines.Select(line => new Interaction(Number(people, line.User), Number(products, line.Item), 1, (float)((line.Seconds - first) / 86_400)))];
    }

    private static int Number(Dictionary<string, int> numbers, string key)
    {
        if (!numbers.TryGetValue(key, out var number))
            numbers[key] = number = numbers.Count;
        return number;
    }
}
