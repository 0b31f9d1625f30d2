using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Recommendations;

/// <summary>Names the one thing that speaks most for a product.</summary>
internal static class Reasons
{
    private const int Looked = 25;

    public static Reason Of(Shelf shelf, Scores scores, RankingQuestion question, int item)
    {
        if (question.Kind == ListKinds.RecentlyViewed) return new Reason("recently_viewed", null, null);
        if (question.Product is { } product && ListKinds.NeedsProduct(question.Kind)) return OfProduct(shelf, question.Kind, product, item);
        if (question.Kind == ListKinds.ForYou)
        {
            var best = scores.Sources.OrderByDescending(s => s.Strength).Take(Looked).Select(s => (Source: s, Value: s.Strength * Tie(shelf, s.Item, item))).DefaultIfEmpty().MaxBy(s => s.Value);
            if (best.Value > 0)
            {
                var touch = best.Source.Touch;
                return new Reason(touch.Bought is not null ? "because_bought" : touch.Carted ? "because_in_cart" : "because_viewed", touch.Product, shelf.Title(best.Source.Item));
            }
        }
        return item >= shelf.Learned && shelf.Model is not null ? new Reason("new", null, null) : new Reason("popular", null, null);
    }

    private static Reason OfProduct(Shelf shelf, string kind, int product, int item)
    {
        var title = shelf.Title(product);
        var bought = shelf.Model is { } model && product < shelf.Learned && item < shelf.Learned && model.Together.Between(product, item) > 0;
        if (kind == ListKinds.BoughtTogether && bought) return new Reason("bought_together", shelf.Products[product].Id, title);
        return Tie(shelf, product, item) > 0 ? new Reason("similar", shelf.Products[product].Id, title) : new Reason("popular", null, null);
    }

    /// <summary>How much one product speaks for another, over all voices that go from product to product.</summary>
    private static float Tie(Shelf shelf, int from, int to)
    {
        var tie = 0.3f * shelf.Likeness.Between(from, to);
        if (shelf.Model is null || from >= shelf.Learned || to >= shelf.Learned) return tie;
        foreach (var part in shelf.Model.Blend.Parts)
            if (part.Scorer is ItemWeights weights) tie += part.Weight * Math.Max(0, weights.Between(from, to));
        return tie;
    }
}
