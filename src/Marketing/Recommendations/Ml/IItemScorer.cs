namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>What a person did, as a scorer sees it: products, each once, with the strength of the interest.</summary>
public readonly ref struct History(ReadOnlySpan<int> items, ReadOnlySpan<float> weights)
{
    public ReadOnlySpan<int> Items { get; } = items;

    public ReadOnlySpan<float> Weights { get; } = weights;
}

/// <summary>Scores every product for a history; it needs no knowledge of who the person is, so a new visitor is scored the same way.</summary>
public interface IItemScorer
{
    /// <summary>Fills <paramref name="scores"/> (one per product); higher is better, the scale is the scorer's own.</summary>
    void Score(History history, Span<float> scores);
}
