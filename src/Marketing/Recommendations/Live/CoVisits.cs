namespace BehaviorDashboard.Recommendations;

/// <summary>
/// Products touched in one visit, counted as events arrive: what happened seconds ago is known seconds later. A pair fades by
/// half in <see cref="HalfLifeDays"/>; instead of fading everything, newer pairs weigh more. For any thread.
/// </summary>
internal sealed class CoVisits
{
    public const double HalfLifeDays = 7;
    private const int LongestVisit = 8;
    private const int MostPartners = 60;
    private const int MostVisits = 200_000;
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, double>> _pairs = new(StringComparer.Ordinal);
    private Dictionary<string, Visit> _visits = new(StringComparer.Ordinal);
    private DateTimeOffset _origin;

    private sealed class Visit
    {
        public readonly List<string> Products = [];
        public DateTimeOffset Last;
    }

    public void Clear()
    {
        lock (_gate)
        {
            _pairs.Clear();
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
                if (_visits.Count >= MostVisits) _visits = _visits.Where(v => at - v.Value.Last <= Gap).ToDictionary(StringComparer.Ordinal);
                _visits[visit] = open = new Visit();
            }
            if (at > open.Last) open.Last = at;
            var now = weight * Math.Pow(2, Math.Clamp((at - _origin).TotalDays / HalfLifeDays, -200, 200));
            foreach (var earlier in open.Products)
            {
                if (earlier == product) continue;
                Count(earlier, product, now);
                Count(product, earlier, now);
            }
            open.Products.Remove(product);
            open.Products.Add(product);
            if (open.Products.Count > LongestVisit) open.Products.RemoveAt(0);
        }
    }

    /// <summary>What was touched beside a product, the strongest 1; nothing where the product is new.</summary>
    public IReadOnlyList<(string Product, float Share)> Of(string product)
    {
        lock (_gate)
        {
            if (!_pairs.TryGetValue(product, out var row) || row.Count == 0) return [];
            var most = row.Values.Max();
            return [.. row.Select(p => (p.Key, (float)(p.Value / most)))];
        }
    }

    private void Count(string one, string other, double weight)
    {
        if (!_pairs.TryGetValue(one, out var row)) _pairs[one] = row = new Dictionary<string, double>(StringComparer.Ordinal);
        row[other] = row.GetValueOrDefault(other) + weight;
        if (row.Count <= MostPartners * 2) return;
        foreach (var weak in row.OrderBy(p => p.Value).Take(row.Count - MostPartners).Select(p => p.Key).ToList()) row.Remove(weak);
    }
}
