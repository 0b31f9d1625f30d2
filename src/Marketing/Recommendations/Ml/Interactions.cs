namespace BehaviorDashboard.Recommendations.Ml;

/// <summary>One person and one product, with how strong the interest was and when it was last seen (days, any origin).</summary>
public readonly record struct Interaction(int User, int Item, float Weight = 1, float Day = 0);

/// <summary>People times products as sparse rows: what each person touched, products ascending, each once.</summary>
public sealed class Interactions
{
    private readonly int[] offsets;
    private readonly int[] items;
    private readonly float[] weights;
    private readonly float[] days;

    private Interactions(int itemCount, int[] offsets, int[] items, float[] weights, float[] days)
    {
        ItemCount = itemCount;
        this.offsets = offsets;
        this.items = items;
        this.weights = weights;
        this.days = days;
    }

    public int UserCount => offsets.Length - 1;

    public int ItemCount { get; }

    public int Count => items.Length;

    public ReadOnlySpan<int> ItemsOf(int user) => items.AsSpan(offsets[user], offsets[user + 1] - offsets[user]);

    public ReadOnlySpan<float> WeightsOf(int user) => weights.AsSpan(offsets[user], offsets[user + 1] - offsets[user]);

    public ReadOnlySpan<float> DaysOf(int user) => days.AsSpan(offsets[user], offsets[user + 1] - offsets[user]);

    public float LastDay => days.Length == 0 ? 0 : days.Max();

    /// <summary>Rows from any order of interactions; the same person and product twice adds the weights and keeps the later day.</summary>
    public static Interactions Of(IReadOnlyCollection<Interaction> interactions, int userCount, int itemCount)
    {
        var sorted = interactions.ToArray();
        Array.Sort(sorted, (a, b) => a.User != b.User ? a.User.CompareTo(b.User) : a.Item.CompareTo(b.Item));
        var offsets = new int[userCount + 1];
        var items = new List<int>(sorted.Length);
        var weights = new List<float>(sorted.Length);
        var days = new List<float>(sorted.Length);
        var previous = (User: -1, Item: -1);
        foreach (var entry in sorted)
        {
            if (previous == (entry.User, entry.Item))
            {
                weights[^1] += entry.Weight;
                days[^1] = Math.Max(days[^1], entry.Day);
                continue;
            }
            previous = (entry.User, entry.Item);
            items.Add(entry.Item);
            weights.Add(entry.Weight);
            days.Add(entry.Day);
            offsets[entry.User + 1]++;
        }
        for (var user = 0; user < userCount; user++)
            offsets[user + 1] += offsets[user];
        return new Interactions(itemCount, offsets, [.. items], [.. weights], [.. days]);
    }

    /// <summary>The same facts seen from the products: row = product, column = person.</summary>
    public Interactions Transposed()
    {
        var starts = new int[ItemCount + 1];
        foreach (var item in items)
            starts[item + 1]++;
        for (var item = 0; item < ItemCount; item++)
            starts[item + 1] += starts[item];
        var next = starts.AsSpan(0, ItemCount).ToArray();
        var (users, turnedWeights, turnedDays) = (new int[Count], new float[Count], new float[Count]);
        for (var user = 0; user < UserCount; user++)
        {
            for (var entry = offsets[user]; entry < offsets[user + 1]; entry++)
            {
                var place = next[items[entry]]++;
                (users[place], turnedWeights[place], turnedDays[place]) = (user, weights[entry], days[entry]);
            }
        }
        return new Interactions(UserCount, starts, users, turnedWeights, turnedDays);
    }

    /// <summary>The rows of some people, in the order given.</summary>
    public Interactions Of(IReadOnlyList<int> users)
    {
        var taken = new List<Interaction>();
        for (var row = 0; row < users.Count; row++)
            for (var entry = offsets[users[row]]; entry < offsets[users[row] + 1]; entry++)
                taken.Add(new Interaction(row, items[entry], weights[entry], days[entry]));
        return Of(taken, users.Count, ItemCount);
    }

    /// <summary>The same rows followed by empty ones.</summary>
    public Interactions Padded(int userCount) =>
        new(ItemCount, [.. offsets, .. Enumerable.Repeat(items.Length, userCount - UserCount)], items, weights, days);

    /// <summary>
    /// Sets a share of every person's products aside. Everybody keeps at least one; people with a single product give none.
    /// </summary>
    public (Interactions Kept, Interactions Held) HoldOut(double share, int seed)
    {
        var random = new Random(seed);
        var (kept, held) = (new List<Interaction>(Count), new List<Interaction>());
        for (var user = 0; user < UserCount; user++)
        {
            var order = Enumerable.Range(offsets[user], offsets[user + 1] - offsets[user]).ToArray();
            random.Shuffle(order);
            var give = Math.Min((int)Math.Round(order.Length * share), order.Length - 1);
            for (var n = 0; n < order.Length; n++)
            {
                var entry = order[n];
                (n < give ? held : kept).Add(new Interaction(user, items[entry], weights[entry], days[entry]));
            }
        }
        return (Of(kept, UserCount, ItemCount), Of(held, UserCount, ItemCount));
    }
}
