using System.Diagnostics;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>A blend with everything needed to train it again: what was tried, what was chosen, and how it did on people's held products.</summary>
/// <param name="Model">Trained on everything.</param>
/// <param name="Validation">Quality on the held part, from models that had not seen it.</param>
/// <param name="Trials">Every setting tried with its validation nDCG, in the order of the search.</param>
/// <param name="FitTime">Training the chosen settings on everything.</param>
public sealed record Ensemble(
    Blend Model, RankingQuality Validation, IReadOnlyList<Trial> Trials, TimeSpan SearchTime, TimeSpan FitTime);

/// <param name="Ndcg">On the held part.</param>
public sealed record Trial(string Part, string Settings, double Ndcg);

/// <summary>Chooses each part's settings and the weights of the blend on a validation part, then trains the choice on everything.</summary>
public static class EnsembleTrainer
{
    public const string Linear = "linear", Factors = "factors", Neighbours = "neighbours", Popular = "popular";

    private const int K = 10;
    private const int ValidationPeople = 2000;

    private static readonly float[] Steps = [.1f, .2f, .35f, .5f, .75f, 1, 1.5f, 2.5f];

    private static readonly FactorSettings[] FactorCandidates =
        [new(32, 2, 20), new(32, 2, 30), new(32, 4, 30), new(32, 4, 50), new(32, 8, 50), new(32, 12, 70)];

    /// <param name="all">What is known.</param>
    /// <param name="split">A part to learn from and a part to judge by; together they are <paramref name="all"/>.</param>
    /// <param name="fixedParts">Scorers that learn nothing from behaviour, such as the similarity of descriptions.</param>
    /// <param name="seed">Same seed, same data: same model.</param>
    public static Ensemble Train(
        Interactions all, (Interactions Kept, Interactions Held) split, IReadOnlyList<(string Name, IItemScorer Scorer)> fixedParts, int seed, CancellationToken cancellation = default)
    {
        var (watch, trials) = (Stopwatch.StartNew(), new List<Trial>());
        var held = Sample(split.Held, seed);
        (IItemScorer Scorer, TSettings Settings) Best<TSettings>(string part, IEnumerable<TSettings> candidates, Func<TSettings, IItemScorer> train) where TSettings : notnull
        {
            (IItemScorer Scorer, TSettings Settings, double Ndcg)? best = null;
            foreach (var settings in candidates)
            {
                cancellation.ThrowIfCancellationRequested();
                var scorer = train(settings);
                var quality = RankingEvaluator.Evaluate(scorer, split.Kept, held, K);
                trials.Add(new Trial(part, settings.ToString()!, quality.Ndcg));
                if (best is null || quality.Ndcg > best.Value.Ndcg)
                    best = (scorer, settings, quality.Ndcg);
            }
            return (best!.Value.Scorer, best.Value.Settings);
        }
        var linear = Best(Linear, LinearCandidates(all.ItemCount), s => LinearItemModel.Train(split.Kept, s));
        var factors = Best(Factors, FactorCandidates, s => ImplicitFactors.Train(split.Kept, s, seed));
        var neighbours = Best(Neighbours, [30f], shrink => ItemNeighbours.Train(split.Kept, 100, shrink));
        var popular = Best(Popular, [float.PositiveInfinity, 30f, 7f], halfLife => Popularity.Train(split.Kept, halfLife));

        (string Name, IItemScorer Scorer)[] voices =
            [(Linear, linear.Scorer), (Factors, factors.Scorer), (Neighbours, neighbours.Scorer), (Popular, popular.Scorer), .. fixedParts];
        var weights = BlendSearch.Weights([.. voices.Select(v => v.Scorer)], split.Kept, held, K, Steps);
        var validated = new Blend([.. voices.Zip(weights).Where(v => v.Second > 0).Select(v => new BlendPart(v.First.Name, v.First.Scorer, v.Second))]);
        var validation = RankingEvaluator.Evaluate(validated, split.Kept, held, K);
        trials.Add(new Trial("blend", string.Join(", ", voices.Zip(weights).Select(v => $"{v.First.Name} {v.Second:0.##}")), validation.Ndcg));
        var searched = watch.Elapsed;

        cancellation.ThrowIfCancellationRequested();
        IItemScorer Final(string name) => name switch
        {
            Linear => LinearItemModel.Train(all, linear.Settings),
            Factors => ImplicitFactors.Train(all, factors.Settings, seed),
            Neighbours => ItemNeighbours.Train(all, 100, neighbours.Settings),
            Popular => Popularity.Train(all, popular.Settings),
            _ => fixedParts.First(p => p.Name == name).Scorer,
        };
        var model = new Blend([.. validated.Parts.Select(part => part with { Scorer = Final(part.Name) })]);
        return new Ensemble(model, validation, trials, searched, watch.Elapsed - searched);
    }

    private static IEnumerable<LinearSettings> LinearCandidates(int items) => items <= LinearItemModel.DenseLimit
        ? [new(50), new(150), new(400), new(100, .5f), new(300, .5f)]
        : [new(100, .33f), new(400, .33f)];

    private static Interactions Sample(Interactions held, int seed)
    {
        var people = Enumerable.Range(0, held.UserCount).Where(user => held.ItemsOf(user).Length > 0).ToArray();
        if (people.Length <= ValidationPeople)
            return held;
        new Random(seed).Shuffle(people);
        return Interactions.Of(
            [.. people.Take(ValidationPeople).SelectMany(user => held.ItemsOf(user).ToArray().Select(item => new Interaction(user, item)))],
            held.UserCount, held.ItemCount);
    }
}
