namespace BehaviorDashboard.Recommendations;

/// <summary>
/// The products touched beside one product, by number, and how strongly: the strongest of them, in two arrays that are
/// short enough to be searched whole. Not for two threads.
/// </summary>
internal sealed class Partners
{
    /// <summary>As many are kept when there are twice as many.</summary>
    public const int Kept = 60;

    private int[] _products = new int[4];
    private double[] _weights = new double[4];
    private int _count;

    public void Add(int product, double weight)
    {
        var at = _products.AsSpan(0, _count).IndexOf(product);
        if (at >= 0)
        {
            _weights[at] += weight;
            return;
        }
        if (_count == Kept * 2) Weed();
        if (_count == _products.Length)
        {
            Array.Resize(ref _products, Math.Min(_count * 2, Kept * 2));
            Array.Resize(ref _weights, _products.Length);
        }
        (_products[_count], _weights[_count]) = (product, weight);
        _count++;
    }

    /// <returns>Each with its strength as a share of the strongest's.</returns>
    public IReadOnlyList<(string Product, float Share)> Shares(Func<int, string> name)
    {
        if (_count == 0) return [];
        var most = _weights[0];
        for (var i = 1; i < _count; i++) most = Math.Max(most, _weights[i]);
        var shares = new (string, float)[_count];
        for (var i = 0; i < _count; i++) shares[i] = (name(_products[i]), (float)(_weights[i] / most));
        return shares;
    }

    /// <summary>Keeps the strongest; of equals, the later.</summary>
    private void Weed()
    {
        Span<double> sorted = stackalloc double[Kept * 2];
        _weights.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        var least = sorted[^Kept];
        var spare = sorted.Length - Kept - sorted.IndexOf(least);
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_weights[i] < least || (_weights[i] == least && spare-- > 0)) continue;
            (_products[kept], _weights[kept]) = (_products[i], _weights[i]);
            kept++;
        }
        _count = kept;
    }
}
