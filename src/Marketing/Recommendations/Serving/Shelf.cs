using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Everything a list is made from, as of one instant: the model, the products, their margins and stock. Never changed, only
/// replaced whole: a request that has begun goes on with the shelf it took.
/// </summary>
internal sealed class Shelf
{
    private readonly Dictionary<string, int> _numbers;

    /// <param name="likeness">Over the same products in the same order.</param>
    /// <param name="demand">Units of a product that are wanted until an order made now leaves.</param>
    public Shelf(ModelVersion? version, RecommendationModel? model, IReadOnlyList<ProductFact> products, ItemWeights likeness, IReadOnlyDictionary<string, ProductTraffic> traffic, Func<string, CountDistribution> demand, DateTimeOffset asOf)
    {
        (Version, Model, Products, Likeness, AsOf) = (version, model, products, likeness, asOf);
        _numbers = new Dictionary<string, int>(products.Count, StringComparer.Ordinal);
        for (var n = 0; n < products.Count; n++) _numbers[products[n].Id] = n;
        Learned = model?.Products.Length ?? 0;
        Margins = Relative(products);
        InStock = [.. products.Select(p => Availability.Probability(p.Stock, demand(p.Id)))];
        Popular = [.. products.Select(p => traffic.TryGetValue(p.Id, out var t) ? MathF.Log(1 + t.Views + Interest.Bought * t.Units) : 0)];
        Blend.Standardise(Popular);
    }

    public static Shelf Empty { get; } = new(null, null, [], ItemWeights.FromRows([], []), new Dictionary<string, ProductTraffic>(), _ => default, default);

    public ModelVersion? Version { get; }

    public RecommendationModel? Model { get; }

    /// <summary>The model's products first, in its order; then those it has not learnt.</summary>
    public IReadOnlyList<ProductFact> Products { get; }

    /// <summary>How many of them the model knows.</summary>
    public int Learned { get; }

    public ItemWeights Likeness { get; }

    /// <summary>Margin over the mean margin, between ¼ and 4; 1 where price or cost is not known.</summary>
    public float[] Margins { get; }

    /// <summary>Chance to be in stock at delivery; null where nobody said what is in stock.</summary>
    public double?[] InStock { get; }

    /// <summary>What everybody touched in the last weeks, mean 0 and spread 1.</summary>
    public float[] Popular { get; }

    /// <summary>What the catalogue says of its products beside their titles, and by what a change of it is seen.</summary>
    public IReadOnlyDictionary<string, string> Words { get; init; } = new Dictionary<string, string>();

    public string Described { get; init; } = "";

    public DateTimeOffset AsOf { get; }

    public int Count => Products.Count;

    public int? Find(string? product) => product is not null && _numbers.TryGetValue(product, out var number) ? number : null;

    public string Title(int number) => Products[number].Title ?? Products[number].Id;

    /// <summary>What the shop earns by a unit; null where price or cost is not known.</summary>
    public decimal? Margin(int number) => Products[number] is { Price: { } price, Cost: { } cost } ? price - cost : null;

    private static float[] Relative(IReadOnlyList<ProductFact> products)
    {
        var known = products.Where(p => p.Price > p.Cost).Select(p => p.Price!.Value - p.Cost!.Value).ToList();
        var mean = known.Count == 0 ? 1 : known.Average();
        return [.. products.Select(p => p is { Price: { } price, Cost: { } cost } ? (float)Math.Clamp((double)((price - cost) / mean), 0.25, 4) : 1)];
    }
}
