namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// A window that slides with the clock, and the one of the same length before it: a ring of buckets with a tally over
/// each half. Late and out-of-order events go into the bucket of their own time; those stamped ahead of the clock wait for
/// theirs. Not for two threads.
/// </summary>
internal sealed class SlidingWindow
{
    /// <summary>Beyond this many, events stamped ahead of the clock wait for the next rebuild.</summary>
    private const int MostAhead = 100_000;

    private readonly TimeSpan _width;
    private readonly int _count;
    private readonly Bucket[] _ring;
    private readonly Dictionary<ulong, ulong> _links;
    private readonly PriorityQueue<LiveEvent, long> _ahead = new();
    private Tally _now;
    private Tally _before;
    private long _head;

    /// <param name="links">Which key stands for which person, shared between windows.</param>
    public SlidingWindow(TimeSpan length, int buckets, DateTimeOffset now, Dictionary<ulong, ulong> links)
    {
        (_count, _width, _links) = (buckets, length / buckets, links);
        (_now, _before) = (new Tally(links), new Tally(links));
        _ring = [.. Enumerable.Range(0, buckets * 2).Select(_ => new Bucket())];
        _head = NumberOf(now);
    }

    /// <summary>The end of the bucket that is filling.</summary>
    public DateTimeOffset To => new((_head + 1) * _width.Ticks, TimeSpan.Zero);

    public DateTimeOffset From => To - _count * _width;

    /// <summary>Before this nothing is kept.</summary>
    public DateTimeOffset Oldest => To - 2 * _count * _width;

    public KpiValues Values => _now.Values;

    public KpiWindow Read(int limit) => new(From, To, _now.Values, _before.Values, _now.Products(limit), _now.Categories(limit), _now.Unmet(limit));

    /// <summary>Events in the newest whole bucket-widths covering <paramref name="length"/>, for a rate.</summary>
    public double EventsPerSecond(TimeSpan length)
    {
        var buckets = Math.Max(1, (int)(length / _width));
        var sum = 0L;
        for (var i = 1; i <= buckets; i++) sum += At(_head - i).Sums.Events;
        return sum / (buckets * _width.TotalSeconds);
    }

    public void Fold(in LiveEvent e)
    {
        var number = NumberOf(e.At);
        if (number > _head && _ahead.Count < MostAhead) _ahead.Enqueue(e, number);
        if (number > _head || number <= _head - 2 * _count) return;
        At(number).Fold(e, number > _head - _count ? _now : _before);
    }

    /// <summary>Lets time pass: what leaves the window enters the one before, what leaves that is forgotten.</summary>
    public void Advance(DateTimeOffset now)
    {
        var target = NumberOf(now);
        if (target - _head >= 2 * _count)
        {
            for (var i = 0; i < _ring.Length; i++) _ring[i] = new Bucket();
            (_now, _before, _head) = (new Tally(_links), new Tally(_links), target);
        }
        while (_head < target)
        {
            At(_head).Trim();
            _head++;
            var forgotten = At(_head - 2 * _count);
            _before.Apply(forgotten, -1);
            _ring[Slot(_head)] = new Bucket();
            var leaving = At(_head - _count);
            _now.Apply(leaving, -1);
            _before.Apply(leaving, +1);
        }
        while (_ahead.TryPeek(out _, out var number) && number <= _head) Fold(_ahead.Dequeue());
    }

    public void Link(ulong alias, ulong person)
    {
        _now.Link(alias, person);
        _before.Link(alias, person);
    }

    private Bucket At(long number) => _ring[Slot(number)];

    private int Slot(long number) => (int)(((number % _ring.Length) + _ring.Length) % _ring.Length);

    private long NumberOf(DateTimeOffset at) => at.UtcTicks / _width.Ticks;
}
