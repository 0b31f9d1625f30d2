using System.Runtime.InteropServices;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Products touched in one visit, counted as events arrive: what happened seconds ago is known seconds later. A pair fades by
/// half in <see cref="HalfLifeDays"/>; instead of fading everything, newer pairs weigh more. For any thread.
/// </summary>
internal sealed class CoVisits
{
    public const double HalfLifeDays = 7;
    private const int LongestVisit = 8;
    private const int MostVisits = 200_000;
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<(string Product, Partners Beside)> _products = [];
    private Dictionary<string, Visit> _visits = new(StringComparer.Ordinal);
    private DateTimeOffset _origin;

    private sealed class Visit
    {
        public readonly List<int> Products = new(LongestVisit);
        public DateTimeOffset Last;
    }

    public void Clear()
    {
        lock (_gate)
        {
            _numbers.Clear();
            _products.Clear();
            _visits.Clear();
            _origin = default;
        }
    }

    /// <param name="visit">The person; a pause of half an hour begins a new visit.</param>
    public void Add(string visit, string product, float weight, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_origin == default) _origin = at;
            if (!_visits.TryGetValue(visit, out var open) || at - open.Last > Gap)
            {
                if (_visits.Count >= MostVisits) Forget(at);
                _visits[visit] = open = new Visit();
            }
            if (at > open.Last) open.Last = at;
            var now = weight * Math.Pow(2, Math.Clamp((at - _origin).TotalDays / HalfLifeDays, -200, 200));
            var number = NumberOf(product);
            var partners = _products[number].Beside;
            foreach (var earlier in open.Products)
            {
                if (earlier == number) continue;
                _products[earlier].Beside.Add(number, now);
                partners.Add(earlier, now);
            }
            if (!open.Products.Remove(number) && open.Products.Count == LongestVisit) open.Products.RemoveAt(0);
            open.Products.Add(number);
        }
    }

    /// <summary>What was touched beside a product, the strongest 1; nothing where the product is new.</summary>
    public IReadOnlyList<(string Product, float Share)> Of(string product)
    {
        lock (_gate) return _numbers.TryGetValue(product, out var number) ? _products[number].Beside.Shares(other => _products[other].Product) : [];
    }

    private int NumberOf(string product)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, product, out var known);
        if (known) return number;
        number = _products.Count;
        _products.Add((product, new Partners()));
        return number;
    }

    /// <summary>Visits that ended; where more people than are remembered are here at once, those that were quiet for longest.</summary>
    private void Forget(DateTimeOffset at)
    {
        var open = _visits.Where(v => at - v.Value.Last <= Gap);
        _visits = open.OrderByDescending(v => v.Value.Last).Take(MostVisits / 2).ToDictionary(StringComparer.Ordinal);
    }
}
