using System.Runtime.InteropServices;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// What stands where in a window: products, categories or searches. A name lies here once; buckets hold its number, in order, with the views
/// they are to take off when they leave. Few have sales, which lie apart.
/// </summary>
internal sealed class Ranking
{
    /// <summary>Beyond so many in a bucket, those not yet in it are left out.</summary>
    private const int MostInBucket = 20_000;

    private static readonly Comparer<Place> WorstFirst = Comparer<Place>.Create((a, b) =>
        a.Revenue != b.Revenue ? a.Revenue.CompareTo(b.Revenue) : a.Views != b.Views ? a.Views.CompareTo(b.Views) : string.CompareOrdinal(b.Name, a.Name));

    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<Place> _rows = [];
    private readonly Stack<int> _free = [];
    private readonly Column?[] _columns = new Column?[Slots.Most];

    private struct Place
    {
        public string Name;
        public int Buckets;
        public long Views, Units;
        public decimal Revenue;

        public void Add(long views, long units, decimal revenue) => (Views, Units, Revenue) = (Views + views, Units + units, Revenue + revenue);
    }

    /// <summary>What one bucket holds, by number.</summary>
    private sealed class Column
    {
        public SortedList<int, int> Views { get; } = [];

        public Dictionary<int, (long Units, decimal Revenue)> Sales { get; } = [];
    }

    public IReadOnlyList<Ranked> Top(int limit)
    {
        var best = new PriorityQueue<Place, Place>(limit, WorstFirst);
        foreach (ref readonly var row in CollectionsMarshal.AsSpan(_rows))
        {
            if (row is { Views: 0, Units: 0, Revenue: 0 }) continue;
            if (best.Count < limit) best.Enqueue(row, row);
            else best.EnqueueDequeue(row, row);
        }
        var top = new Ranked[best.Count];
        for (var i = top.Length; best.TryDequeue(out var row, out _);) top[--i] = new Ranked(row.Name, row.Views, row.Units, row.Revenue);
        return top;
    }

    public void Add(string name, in Shares by, int slot)
    {
        var column = _columns[slot] ??= new Column();
        var at = _numbers.TryGetValue(name, out var number) ? column.Views.IndexOfKey(number) : -1;
        if (at < 0)
        {
            if (column.Views.Count >= MostInBucket) return;
            number = Hold(name);
            column.Views.Add(number, 0);
            at = column.Views.IndexOfKey(number);
        }
        if (by.Views != 0) column.Views.SetValueAtIndex(at, column.Views.GetValueAtIndex(at) + by.Views);
        if (by.Units != 0 || by.Revenue != 0)
        {
            ref var sold = ref CollectionsMarshal.GetValueRefOrAddDefault(column.Sales, number, out _);
            sold = (sold.Units + by.Units, sold.Revenue + by.Revenue);
        }
        Row(number).Add(by.Views, by.Units, by.Revenue);
    }

    /// <summary>Lets time pass: what leaves the window leaves the ranking, and what stays gives back the room that growing took.</summary>
    public void Slide(Slots forgotten, Slots window)
    {
        for (var slot = 0; slot < _columns.Length; slot++)
        {
            if (_columns[slot] is not { } column) continue;
            if (!forgotten.Has(slot) && window.Has(slot))
            {
                column.Views.TrimExcess();
                column.Sales.TrimExcess();
                continue;
            }
            TakeOff(column);
            _columns[slot] = null;
        }
    }

    private int Hold(string name)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, name, out var known);
        if (!known && !_free.TryPop(out number))
        {
            number = _rows.Count;
            _rows.Add(default);
        }
        ref var row = ref Row(number);
        if (!known) row.Name = name;
        row.Buckets++;
        return number;
    }

    private void TakeOff(Column column)
    {
        foreach (var (number, (units, revenue)) in column.Sales) Row(number).Add(0, -units, -revenue);
        foreach (var (number, views) in column.Views)
        {
            ref var row = ref Row(number);
            row.Add(-views, 0, 0);
            if (--row.Buckets > 0) continue;
            _numbers.Remove(row.Name);
            row = default;
            _free.Push(number);
        }
    }

    private ref Place Row(int number) => ref CollectionsMarshal.AsSpan(_rows)[number];
}
