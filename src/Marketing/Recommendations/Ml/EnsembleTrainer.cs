using System.Diagnostics;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>A blend with everything needed to train it again: what was tried, what was chosen, and how it did on people's held products.</summary>
/// <param name="Model">Trained on everything.</param>
/// <param name="Validation">Quality on the held part, from models that had not seen it.</param>
/// <param name="Trials">Every setting tried with its validation nDCG, in the order of the search.</param>
/// <param name="FitTime">Training the chosen settings on everything.</param>
public sealed record Ensemble(
    Blend Model, Recipe Recipe, RankingQuality Validation, IReadOnlyList<Trial> Trials, TimeSpan SearchTime, TimeSpan FitTime);

/// <param name="Ndcg">On the held part.</param>
public sealed record Trial(string Part, string Settings, double Ndcg);

/// <summary>What a search has found.</summary>
public sealed record Choice(Recipe Recipe, RankingQuality Validation, IReadOnlyList<Trial> Trials);

/// <summary>Chooses each part's settings and the weights of the blend on a validation part, then trains the choice on everything.</summary>
public static class EnsembleTrainer
{
    private const int K = 10;
    private const int ValidationPeople = 2000;

    /// <summary>People a search learns from at most: what it chooses hardly changes beyond.</summary>
    private const int SearchPeople = 30_000;

    /// <summary>Rounds of the first heat, in which every setting of the factors runs; the best go on to the full length.</summary>
    private const int FirstHeat = 3;

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
        var watch = Stopwatch.StartNew();
        var choice = Search(split, fixedParts, seed, cancellation);
        var searched = watch.Elapsed;
        var model = choice.Recipe.Fit(all, fixedParts, cancellation);
        return new Ensemble(model, choice.Recipe, choice.Validation, choice.Trials, searched, watch.Elapsed - searched);
    }

    /// <summary>Chooses settings and weights on the held part; of many people a sample is enough.</summary>
    public static Choice Search(
        (Interactions Kept, Interactions Held) split, IReadOnlyList<(string Name, IItemScorer Scorer)> fixedParts, int seed, CancellationToken cancellation = default)
    {
        var trials = new List<Trial>();
        var (kept, held) = Sample(split, seed);
        (IItemScorer Scorer, TSettings Settings) Best<TSettings>(string part, IEnumerable<TSettings> candidates, Func<TSettings, IItemScorer> train) where TSettings : notnull =>
            Ranked(part, candidates, train)[0];
        List<(IItemScorer Scorer, TSettings Settings)> Ranked<TSettings>(string part, IEnumerable<TSettings> candidates, Func<TSettings, IItemScorer> train) where TSettings : notnull
        {
            var tried = new List<(IItemScorer Scorer, TSettings Settings, double Ndcg)>();
            foreach (var settings in candidates)
            {
                cancellation.ThrowIfCancellationRequested();
                var scorer = train(settings);
                var quality = RankingEvaluator.Evaluate(scorer, kept, held, K);
                trials.Add(new Trial(part, settings.ToString()!, quality.Ndcg));
                tried.Add((scorer, settings, quality.Ndcg));
            }
            return [.. tried.OrderByDescending(t => t.Ndcg).Select(t => (t.Scorer, t.Settings))];
        }
        var linear = Best(Recipe.LinearVoice, LinearCandidates(kept.ItemCount), s => LinearItemModel.Train(kept, s));
        var heat = Ranked(Recipe.FactorVoice, FactorCandidates.Select(c => c with { Rounds = FirstHeat }), s => ImplicitFactors.Train(kept, s, seed));
        var factors = Best(Recipe.FactorVoice, heat.Take(2).Select(h => h.Settings with { Rounds = 10 }), s => ImplicitFactors.Train(kept, s, seed));
        var neighbours = Best(Recipe.NeighbourVoice, [30f], shrink => ItemNeighbours.Train(kept, Recipe.Nearest, shrink));
        var popular = Best(Recipe.PopularVoice, [float.PositiveInfinity, 30f, 7f], halfLife => Popularity.Train(kept, halfLife));

        (string Name, IItemScorer Scorer)[] voices =
        [
            (Recipe.LinearVoice, linear.Scorer), (Recipe.FactorVoice, factors.Scorer), (Recipe.NeighbourVoice, neighbours.Scorer), (Recipe.PopularVoice, popular.Scorer), .. fixedParts,
        ];
        var weights = BlendSearch.Weights([.. voices.Select(v => v.Scorer)], kept, held, K, Steps);
        var chosen = voices.Zip(weights).Where(v => v.Second > 0).ToList();
        var validated = new Blend([.. chosen.Select(v => new BlendPart(v.First.Name, v.First.Scorer, v.Second))]);
        var validation = RankingEvaluator.Evaluate(validated, kept, held, K);
        trials.Add(new Trial("blend", string.Join(", ", voices.Zip(weights).Select(v => $"{v.First.Name} {v.Second:0.##}")), validation.Ndcg));
        var recipe = new Recipe(linear.Settings, factors.Settings, neighbours.Settings, popular.Settings, [.. chosen.Select(v => (v.First.Name, v.Second))], seed);
        return new Choice(recipe, validation, trials);
    }

    private static IEnumerable<LinearSettings> LinearCandidates(int items) => items <= LinearItemModel.DenseLimit
        ? [new(50), new(150), new(400), new(100, .5f), new(300, .5f)]
        : [new(100, .33f), new(400, .33f)];

    /// <summary>People with held products first, then others to learn from.</summary>
    private static (Interactions Kept, Interactions Held) Sample((Interactions Kept, Interactions Held) split, int seed)
    {
        var (kept, held) = split;
        var random = new Random(seed);
        var judges = Enumerable.Range(0, held.UserCount).Where(user => held.ItemsOf(user).Length > 0).ToArray();
        random.Shuffle(judges);
        if (judges.Length <= ValidationPeople && kept.UserCount <= SearchPeople)
            return split;
        var others = Enumerable.Range(0, kept.UserCount).Except(judges.Take(ValidationPeople)).ToArray();
        random.Shuffle(others);
        int[] people = [.. judges.Take(ValidationPeople), .. others.Take(SearchPeople - ValidationPeople)];
        var heldOfJudges = held.Of([.. judges.Take(ValidationPeople)]);
        return (kept.Of(people), heldOfJudges.Padded(people.Length));
    }
}
