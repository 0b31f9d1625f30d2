namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// A window that slides with the clock, and the one of the same length before it: a ring of buckets, half of them for either.
/// Late and out-of-order events go into the bucket of their own time; those stamped ahead of the clock wait for theirs. Not for two threads.
/// </summary>
internal sealed class SlidingWindow
{
    /// <summary>Beyond this many, events stamped ahead of the clock wait for the next rebuild.</summary>
    private const int MostAhead = 100_000;

    private readonly TimeSpan _width;
    private readonly int _count;
    private readonly PriorityQueue<LiveEvent, long> _ahead = new();
    private readonly Tally _tally;
    private long _head;

    /// <param name="links">Which key stands for which person, shared between windows.</param>
    public SlidingWindow(TimeSpan length, int buckets, DateTimeOffset now, Dictionary<ulong, ulong> links)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(2 * buckets, Slots.Most);
        (_count, _width, _tally) = (buckets, length / buckets, new Tally(links));
        SlideTo(NumberOf(now));
    }

    /// <summary>The end of the bucket that is filling.</summary>
    public DateTimeOffset To => new((_head + 1) * _width.Ticks, TimeSpan.Zero);

    public DateTimeOffset From => To - _count * _width;

    /// <summary>Before this nothing is kept.</summary>
    public DateTimeOffset Oldest => To - 2 * _count * _width;

    public KpiValues Values => _tally.Now;

    public KpiWindow Read(int limit) => new(From, To, _tally.Now, _tally.Before, _tally.Products(limit), _tally.Categories(limit), _tally.Unmet(limit));

    /// <summary>Events in the newest whole bucket-widths covering <paramref name="length"/>, for a rate.</summary>
    public double EventsPerSecond(TimeSpan length)
    {
        var buckets = Math.Max(1, (int)(length / _width));
        var sum = 0L;
        for (var i = 1; i <= buckets; i++) sum += _tally.EventsIn(Slot(_head - i));
        return sum / (buckets * _width.TotalSeconds);
    }

    public void Fold(in LiveEvent e)
    {
        var number = NumberOf(e.At);
        if (number > _head && _ahead.Count < MostAhead) _ahead.Enqueue(e, number);
        if (number > _head || number <= _head - 2 * _count) return;
        _tally.Fold(e, Slot(number));
    }

    /// <summary>Lets time pass: what leaves the window enters the one before, what leaves that is forgotten.</summary>
    public void Advance(DateTimeOffset now)
    {
        if (NumberOf(now) is var number && number > _head) SlideTo(number);
        while (_ahead.TryPeek(out _, out var due) && due <= _head) Fold(_ahead.Dequeue());
    }

    public void Link(ulong alias, ulong person) => _tally.Link(alias, person);

    private void SlideTo(long head)
    {
        _tally.Slide(Between(Math.Max(_head, head - 2 * _count), head), Between(head - _count, head));
        _head = head;
    }

    /// <summary>The buckets after one up to another.</summary>
    private Slots Between(long after, long last)
    {
        var slots = default(Slots);
        for (var number = after + 1; number <= last; number++) slots |= Slots.Of(Slot(number));
        return slots;
    }

    private int Slot(long number) => (int)(number % (2 * _count));

    private long NumberOf(DateTimeOffset at) => at.UtcTicks / _width.Ticks;
}
