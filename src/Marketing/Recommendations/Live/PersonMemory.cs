using System.Runtime.InteropServices;

namespace BehaviorDashboard.Recommendations;

/// <summary>What one person did with one product.</summary>
/// <param name="Weight">Kinds of events weighed, older ones faded to the moment it was read.</param>
/// <param name="Last">Newest event; <paramref name="Bought"/>: newest order; null: none.</param>
/// <param name="Carted">Put into the cart and not ordered since.</param>
internal readonly record struct Touch(string Product, float Weight, DateTimeOffset Last, DateTimeOffset? Bought, bool Carted);

/// <summary>The interest of people, by key, in memory: read once, then grown by every commit. For any thread.</summary>
internal sealed class PersonMemory
{
    /// <summary>Products kept of a person, the latest.</summary>
    public const int MostProducts = 120;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Touch>> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _products = new(StringComparer.Ordinal);

    public int Count
    {
        get { lock (_gate) return _people.Count; }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _people.Clear();
            _aliases.Clear();
        }
    }

    /// <summary>The person a key stands for as far as is known here.</summary>
    public string PersonOf(string key)
    {
        lock (_gate) return _aliases.GetValueOrDefault(key, key);
    }

    /// <returns>Newest last; null when the person is not in memory.</returns>
    public IReadOnlyList<Touch>? Of(string person)
    {
        lock (_gate) return _people.TryGetValue(person, out var touches) ? [.. touches.OrderBy(t => t.Last)] : null;
    }

    public void Put(string person, IEnumerable<Touch> touches)
    {
        lock (_gate) _people[person] = [.. touches.Select(t => t with { Product = Shared(t.Product) }).OrderByDescending(t => t.Last).Take(MostProducts)];
    }

    /// <summary>What the store knew of somebody; what was told meanwhile counts more.</summary>
    public void PutIfMissing(string person, IEnumerable<Touch> touches)
    {
        lock (_gate)
            if (!_people.ContainsKey(person)) Put(person, touches);
    }

    public void Add(string person, Touch touch)
    {
        lock (_gate)
        {
            if (!_people.TryGetValue(person, out var touches)) _people[person] = touches = [];
            Merge(touches, touch);
        }
    }

    public void Link(string alias, string person)
    {
        lock (_gate)
        {
            _aliases[alias] = person;
            if (!_people.Remove(alias, out var earlier)) return;
            if (!_people.TryGetValue(person, out var touches)) _people[person] = touches = [];
            foreach (var touch in earlier) Merge(touches, touch);
        }
    }

    /// <summary>Forgets about those not seen for longest; who asks meanwhile does not wait for the sorting.</summary>
    public void Trim(int most)
    {
        (string Person, DateTimeOffset Last)[] all;
        lock (_gate)
        {
            if (_people.Count <= most) return;
            all = [.. _people.Select(p => (p.Key, p.Value.Count == 0 ? default : Later(p.Value[0].Last, p.Value[^1].Last)))];
        }
        foreach (var part in all.OrderBy(p => p.Last).Take(all.Length - most * 9 / 10).Chunk(1_000))
            lock (_gate)
                foreach (var (person, _) in part) _people.Remove(person);
    }

    private void Merge(List<Touch> touches, Touch touch)
    {
        var product = Shared(touch.Product);
        foreach (ref var before in CollectionsMarshal.AsSpan(touches))
        {
            // Every id in here is the one copy of it.
            if (!ReferenceEquals(before.Product, product)) continue;
            before = new Touch(product, before.Weight + touch.Weight, Later(before.Last, touch.Last), before.Bought is { } b && touch.Bought is { } c ? Later(b, c) : before.Bought ?? touch.Bought, touch.Bought is null && (before.Carted || touch.Carted));
            return;
        }
        touches.Add(touch with { Product = product });
        if (touches.Count > MostProducts) touches.Remove(touches.MinBy(t => t.Last));
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>One copy of each product's id, however many people touched it.</summary>
    private string Shared(string product)
    {
        if (_products.TryGetValue(product, out var known)) return known;
        return _products[product] = product;
    }
}
