using BehaviorDashboard.Recommendations.Ml;

namespace BehaviorDashboard.Recommendations;

/// <summary>People and products as numbers, with the day each pair was first seen, so that it can be cut by time.</summary>
internal sealed class LearningData
{
    private readonly List<Interaction> _pairs = [];
    private readonly List<float> _first = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _products = [];
    private string _person = "";

    public int People { get; private set; }

    public int Count => _pairs.Count;

    public IReadOnlyList<string> Products => _products;

    /// <summary>Rows come person by person.</summary>
    public void Add(InterestRow row)
    {
        if (row.Person != _person) (_person, People) = (row.Person, People + 1);
        _pairs.Add(new Interaction(People - 1, Number(row.Product), MathF.Log2(1 + row.Weight), Day(row.Last)));
        _first.Add(Day(row.First));
    }

    public int Number(string product)
    {
        if (_numbers.TryGetValue(product, out var number)) return number;
        _products.Add(product);
        return _numbers[product] = _products.Count - 1;
    }

    public int? Find(string product) => _numbers.TryGetValue(product, out var number) ? number : null;

    /// <summary>The day by which a share of all pairs was first seen.</summary>
    public float DayOf(double share)
    {
        var days = _first.ToArray();
        Array.Sort(days);
        return days.Length == 0 ? 0 : days[Math.Min(days.Length - 1, (int)(days.Length * share))];
    }

    public static float Day(DateTimeOffset at) => (float)((at - DateTimeOffset.UnixEpoch).TotalDays - Origin);

    public static DateTimeOffset At(float day) => DateTimeOffset.UnixEpoch.AddDays(day + Origin);

    public Interactions Whole() => Interactions.Of(_pairs, People, _products.Count);

    /// <summary>Pairs first seen before a day, and those first seen from it to another: what somebody came to touch later.</summary>
    public (Interactions Kept, Interactions Held) Cut(float day, float until) =>
        (Interactions.Of([.. Where((_, first) => first < day)], People, _products.Count), Interactions.Of([.. Where((_, first) => first >= day && first < until)], People, _products.Count));

    private IEnumerable<Interaction> Where(Func<Interaction, float, bool> which)
    {
        for (var n = 0; n < _pairs.Count; n++)
            if (which(_pairs[n], _first[n])) yield return _pairs[n];
    }

    // A float keeps minutes only while days are few.
    private const double Origin = 18_000;
}
