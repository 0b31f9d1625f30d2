namespace BehaviorDashboard.Events;

/// <summary>
/// "Might this id be stored already?" for a whole history in about six bytes an id: open addressing over 32-bit
/// fingerprints, in segments of doubling size so that nothing is ever rehashed. Never says no to an id that was
/// added; says yes wrongly about once in 10⁸–10⁹ look-ups, which the caller settles by asking the store.
/// Not for two threads.
/// </summary>
internal sealed class FingerprintIndex
{
    private const double FullAt = 0.7;
    private readonly List<Segment> _segments = [new Segment(1 << 17)];

    public long Count { get; private set; }

    public long Bytes => _segments.Sum(s => (long)s.Slots.Length * sizeof(uint));

    public bool MightContain(ulong hash)
    {
        foreach (var segment in _segments)
            if (segment.Contains(hash)) return true;
        return false;
    }

    public void Add(ulong hash)
    {
        var last = _segments[^1];
        if (last.Used >= last.Slots.Length * FullAt)
        {
            last = new Segment(Math.Min(last.Slots.Length * 2, 1 << 28));
            _segments.Add(last);
        }
        last.Add(hash);
        Count++;
    }

    private sealed class Segment(int size)
    {
        public readonly uint[] Slots = new uint[size];
        public int Used;

        public bool Contains(ulong hash)
        {
            var mark = Mark(hash);
            for (var i = Start(hash); ; i = (i + 1) & (Slots.Length - 1))
            {
                if (Slots[i] == 0) return false;
                if (Slots[i] == mark) return true;
            }
        }

        public void Add(ulong hash)
        {
            var i = Start(hash);
            while (Slots[i] != 0) i = (i + 1) & (Slots.Length - 1);
            Slots[i] = Mark(hash);
            Used++;
        }

        private int Start(ulong hash) => (int)(hash & (uint)(Slots.Length - 1));

        private static uint Mark(ulong hash) => Math.Max(1, (uint)(hash >> 32));
    }
}
