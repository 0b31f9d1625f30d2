using BehaviorDashboard.Recommendations.Ml;
using Xunit;

namespace BehaviorDashboard.Tests.Recommendations;

public sealed class EnsembleTrainerTests
{
    private const int Products = 60;

    [Fact]
    public void A_new_visitor_is_shown_the_taste_of_the_few_products_clicked()
    {
        var ensemble = Train(seed: 3);

        var first = List(ensemble, 1, 4, 9);
        var second = List(ensemble, 41, 44, 49);

        Assert.All(first, product => Assert.InRange(product, 0, Products / 2 - 1));
        Assert.All(second, product => Assert.InRange(product, Products / 2, Products - 1));
    }

    [Fact]
    public void The_same_seed_gives_the_same_lists()
    {
        Assert.Equal(List(Train(seed: 3), 1, 4, 9), List(Train(seed: 3), 1, 4, 9));
    }

    [Fact]
    public void It_beats_popularity_on_products_it_has_not_seen()
    {
        var (train, test) = Worlds.TwoTastes(600, Products, seed: 5).HoldOut(.25, 9);

        var ensemble = EnsembleTrainer.Train(train, train.HoldOut(.25, 1), [], 1);

        var popular = RankingEvaluator.Evaluate(Popularity.Train(train, float.PositiveInfinity), train, test, 10);
        Assert.True(RankingEvaluator.Evaluate(ensemble.Model, train, test, 10).Ndcg > 1.3 * popular.Ndcg);
    }

    [Fact]
    public void A_person_without_history_gets_a_full_list()
    {
        var scores = new float[Products];
        Train(seed: 3).Model.Score(new History([], []), scores);

        Assert.Equal(10, TopItems.Of(scores, 10).Length);
        Assert.All(scores, score => Assert.True(float.IsFinite(score)));
    }

    [Fact]
    public void Held_products_are_never_learnt_from_and_nobody_is_left_without_history()
    {
        var all = Worlds.TwoTastes(200, Products, seed: 5);

        var (kept, held) = all.HoldOut(.25, 1);

        Assert.Equal(all.Count, kept.Count + held.Count);
        Assert.All(Enumerable.Range(0, 200), person =>
        {
            Assert.NotEqual(0, kept.ItemsOf(person).Length);
            Assert.Empty(kept.ItemsOf(person).ToArray().Intersect(held.ItemsOf(person).ToArray()));
        });
    }

    private static Ensemble Train(int seed)
    {
        var interactions = Worlds.TwoTastes(400, Products, seed: 5);
        return EnsembleTrainer.Train(interactions, interactions.HoldOut(.25, seed), [], seed);
    }

    private static int[] List(Ensemble ensemble, params int[] clicked)
    {
        var scores = new float[Products];
        ensemble.Model.Score(new History(clicked, [.. clicked.Select(_ => 1f)]), scores);
        foreach (var product in clicked)
            scores[product] = float.NegativeInfinity;
        return TopItems.Of(scores, 10);
    }
}
