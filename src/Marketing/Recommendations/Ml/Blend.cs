using System.Numerics.Tensors;

namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// A weighted sum of scorers, each brought to the same spread for this person first, so that a weight means the same whoever asks.
/// </summary>
public sealed class Blend(IReadOnlyList<BlendPart> parts) : IItemScorer
{
    public IReadOnlyList<BlendPart> Parts { get; } = parts;

    public void Score(History history, Span<float> scores)
    {
        scores.Clear();
        var own = new float[scores.Length];
        foreach (var (_, scorer, weight) in Parts)
        {
            scorer.Score(history, own);
            Standardise(own);
            TensorPrimitives.MultiplyAdd(own, weight, scores, scores);
        }
    }

    /// <summary>Mean 0 and spread 1 over the products; a constant vector becomes zero.</summary>
    public static void Standardise(Span<float> scores)
    {
        var mean = TensorPrimitives.Sum<float>(scores) / scores.Length;
        TensorPrimitives.Subtract(scores, mean, scores);
        var spread = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(scores) / scores.Length);
        if (spread > 1e-12f)
            TensorPrimitives.Divide(scores, spread, scores);
        else
            scores.Clear();
    }
}

/// <summary>One voice of a blend.</summary>
public sealed record BlendPart(string Name, IItemScorer Scorer, float Weight);
