namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>How many people share two products, as sparse rows that keep only the most shared partners of each product.</summary>
internal sealed class CoOccurrence
{
    private readonly int[][] partners;
    private readonly float[][] counts;

    /// <summary>People per product.</summary>
    public float[] People { get; }

    public int ItemCount => partners.Length;

    private CoOccurrence(int[][] partners, float[][] counts, float[] people)
    {
        this.partners = partners;
        this.counts = counts;
        People = people;
    }

    public ReadOnlySpan<int> PartnersOf(int item) => partners[item];

    public ReadOnlySpan<float> CountsOf(int item) => counts[item];

    /// <param name="interactions">Who touched what.</param>
    /// <param name="longest">People with more products than this count with their latest ones only: they say little and cost the square.</param>
    /// <param name="keep">Partners kept per product.</param>
    public static CoOccurrence Count(Interactions interactions, int longest, int keep)
    {
        var rows = Shorten(interactions, longest);
        var byItem = rows.Transposed();
        var n = interactions.ItemCount;
        var (partners, counts, people) = (new int[n][], new float[n][], new float[n]);
        Parallel.For(0, n, Cores.Options, () => (Sums: new float[n], Touched: new List<int>()), (item, _, buffer) =>
        {
            var (sums, touched) = buffer;
            touched.Clear();
            foreach (var user in byItem.ItemsOf(item))
            {
                foreach (var other in rows.ItemsOf(user))
                {
                    if (sums[other]++ == 0)
                        touched.Add(other);
                }
            }
            people[item] = byItem.ItemsOf(item).Length;
            touched.Remove(item);
            sums[item] = 0;
            var best = touched.ToArray();
            var values = Array.ConvertAll(best, other => sums[other]);
            foreach (var other in touched)
                sums[other] = 0;
            if (best.Length > keep)
            {
                var ranks = Array.ConvertAll(values, value => -value);
                Array.Sort(ranks, best);
                best = best[..keep];
                values = Array.ConvertAll(ranks[..keep], rank => -rank);
            }
            Array.Sort(best, values);
            (partners[item], counts[item]) = (best, values);
            return buffer;
        }, _ => { });
        return new CoOccurrence(partners, counts, people);
    }

    private static Interactions Shorten(Interactions interactions, int longest)
    {
        var kept = new List<Interaction>(interactions.Count);
        for (var user = 0; user < interactions.UserCount; user++)
        {
            var (items, days) = (interactions.ItemsOf(user).ToArray(), interactions.DaysOf(user).ToArray());
            if (items.Length > longest)
            {
                Array.Sort(days, items);
                items = items[^longest..];
            }
            foreach (var item in items)
                kept.Add(new Interaction(user, item));
        }
        return kept.Count == interactions.Count ? interactions : Interactions.Of(kept, interactions.UserCount, interactions.ItemCount);
    }
}
