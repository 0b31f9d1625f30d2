namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>What everybody touches, older interest fading by half every <c>halfLife</c> days. The answer for a person we know nothing of.</summary>
public sealed class Popularity : IItemScorer
{
    private readonly float[] interest;
    private readonly float[] scored;

    private Popularity(float[] interest) =>
        (this.interest, scored) = (interest, Array.ConvertAll(interest, value => MathF.Log(1 + value)));

    internal ReadOnlySpan<float> Interest => interest;

    internal static Popularity Of(float[] interest) => new(interest);

    /// <param name="interactions">Who touched what, and when.</param>
    /// <param name="halfLife">Days; infinity counts all alike.</param>
    public static Popularity Train(Interactions interactions, float halfLife)
    {
        var scores = new float[interactions.ItemCount];
        var last = interactions.LastDay;
        for (var user = 0; user < interactions.UserCount; user++)
        {
            var items = interactions.ItemsOf(user);
            var days = interactions.DaysOf(user);
            for (var n = 0; n < items.Length; n++)
                scores[items[n]] += MathF.Pow(2, -(last - days[n]) / halfLife);
        }
        return new Popularity(scores);
    }

    /// <summary>The logarithm, so that the very popular do not drown everything where this is blended with other scores.</summary>
    public void Score(History history, Span<float> scores) => scored.CopyTo(scores);
}
