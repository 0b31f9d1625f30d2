namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>
/// Products shared by the same people: cosine of the columns, shrunk so that two chance buyers are no evidence.
/// The classical item nearest neighbours.
/// </summary>
public static class ItemNeighbours
{
    public static ItemWeights Train(Interactions interactions, int neighbours, float shrink)
    {
        var shared = CoOccurrence.Count(interactions, longest: 500, keep: 1000);
        var n = shared.ItemCount;
        var (sources, weights) = (new int[n][], new float[n][]);
        Parallel.For(0, n, Cores.Options, item =>
        {
            var partners = shared.PartnersOf(item).ToArray();
            var counts = shared.CountsOf(item);
            var ranks = new float[partners.Length];
            for (var k = 0; k < partners.Length; k++)
                ranks[k] = -counts[k] / (MathF.Sqrt(shared.People[item] * shared.People[partners[k]]) + shrink);
            Array.Sort(ranks, partners);
            var keep = Math.Min(neighbours, partners.Length);
            (sources[item], weights[item]) = (partners[..keep], Array.ConvertAll(ranks[..keep], rank => -rank));
        });
        return ItemWeights.FromColumns(sources, weights);
    }
}
