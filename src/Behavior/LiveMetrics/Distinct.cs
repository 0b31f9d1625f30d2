namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// How many different keys the buckets of a window hold, exactly, and of the window before it. A key lies here once, with a bit for each
/// bucket that holds it, however many do: 32 bytes in a table two thirds full. Open addressing; keys are hashes already.
/// </summary>
internal sealed class Distinct
{
    private const int Smallest = 16;

    /// <summary>An entry without buckets is as good as none, but those after it are found past it until the table is made anew.</summary>
    private Entry[] _entries = new Entry[Smallest];
    private int _used;
    private Slots _window;

    private struct Entry
    {
        /// <summary>0 where no key ever was.</summary>
        public ulong Key;
        public Slots Held;
    }

    public int Now { get; private set; }

    public int Before { get; private set; }

    /// <summary>Keys the table has room for.</summary>
    public int Room => _entries.Length;

    public void Add(ulong key, int slot) => Add(key, Slots.Of(slot));

    /// <summary>Two keys turned out to be one.</summary>
    public void Link(ulong alias, ulong key)
    {
        ref var entry = ref Find(Kept(alias));
        var held = entry.Held;
        if (held.None || alias == key) return;
        Count(held, -1);
        entry.Held = default;
        Add(key, held);
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="forgotten">Buckets that are emptied.</param>
    /// <param name="window">Those of the window; the others are of the one before.</param>
    public void Slide(Slots forgotten, Slots window)
    {
        (_window, Now, Before) = (window, 0, 0);
        var (kept, held) = (~forgotten, 0);
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Held.None) continue;
            entry.Held &= kept;
            if (entry.Held.None) continue;
            held++;
            Count(entry.Held, +1);
        }
        if (_entries.Length > Smallest && held < _entries.Length / 8) Resize(held);
    }

    private void Add(ulong key, Slots slots)
    {
        ref var entry = ref Find(Kept(key));
        var held = entry.Held;
        if ((held | slots) == held) return;
        if (!held.None) Count(held, -1);
        Count(entry.Held = held | slots, +1);
        if (entry.Key != 0) return;
        entry.Key = Kept(key);
        if (++_used > _entries.Length / 4 * 3) Resize(_entries.Count(e => !e.Held.None));
    }

    private void Count(Slots held, int sign)
    {
        if (!(held & _window).None) Now += sign;
        if (!(held & ~_window).None) Before += sign;
    }

    /// <summary>One hash stands for two keys as rarely as any other does.</summary>
    private static ulong Kept(ulong key) => key == 0 ? 1 : key;

    /// <returns>Where the key is, or would be.</returns>
    private ref Entry Find(ulong key)
    {
        var entries = _entries;
        var at = (int)(((key >> 32) * (uint)entries.Length) >> 32);
        while (entries[at].Key != key && entries[at].Key != 0)
            if (++at == entries.Length) at = 0;
        return ref entries[at];
    }

    /// <summary>Half full, without the keys that no bucket holds any more.</summary>
    private void Resize(int held)
    {
        var old = _entries;
        (_entries, _used) = (new Entry[Math.Max(Smallest, held * 2)], held);
        foreach (ref var entry in old.AsSpan())
            if (!entry.Held.None) Find(entry.Key) = entry;
    }
}
