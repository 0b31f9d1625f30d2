namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>What a search has chosen: the settings of each voice and its weight. Trains the same blend on any data.</summary>
/// <param name="Weights">By voice; a voice that does not help is left out.</param>
public sealed record Recipe(LinearSettings Linear, FactorSettings Factors, float Shrink, float HalfLife, IReadOnlyList<(string Voice, float Weight)> Weights, int Seed)
{
    public const string LinearVoice = "linear", FactorVoice = "factors", NeighbourVoice = "neighbours", PopularVoice = "popular";

    /// <summary>Products that speak for one in the neighbours' voice.</summary>
    public const int Nearest = 100;

    /// <param name="all">What is known.</param>
    /// <param name="fixedParts">Scorers that learn nothing from behaviour, such as the likeness of descriptions.</param>
    public Blend Fit(Interactions all, IReadOnlyList<(string Name, IItemScorer Scorer)> fixedParts, CancellationToken cancellation = default)
    {
        var parts = new List<BlendPart>();
        foreach (var (voice, weight) in Weights)
        {
            cancellation.ThrowIfCancellationRequested();
            parts.Add(new BlendPart(voice, Train(voice, all, fixedParts), weight));
        }
        return new Blend(parts);
    }

    private IItemScorer Train(string voice, Interactions all, IReadOnlyList<(string Name, IItemScorer Scorer)> fixedParts) => voice switch
    {
        LinearVoice => LinearItemModel.Train(all, Linear),
        FactorVoice => ImplicitFactors.Train(all, Factors, Seed),
        NeighbourVoice => ItemNeighbours.Train(all, Nearest, Shrink),
        PopularVoice => Popularity.Train(all, HalfLife),
        _ => fixedParts.First(part => part.Name == voice).Scorer,
    };
}
