using BehaviorDashboard.Ids;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>The live windows: five minutes, an hour, a day. Not for two threads.</summary>
internal sealed class LiveWindows
{
    /// <summary>Keys in the order shown; the same as the range picker's.</summary>
    public static readonly IReadOnlyList<string> Keys = ["5m", "1h", "24h"];

    private static readonly Dictionary<string, (TimeSpan Length, int Buckets)> Shapes = new()
    {
        ["5m"] = (TimeSpan.FromMinutes(5), 60),
        ["1h"] = (TimeSpan.FromHours(1), 60),
        ["24h"] = (TimeSpan.FromHours(24), 96),
    };

    private readonly Dictionary<ulong, ulong> _links = [];
    private readonly Dictionary<string, SlidingWindow> _windows;
    private readonly SlidingWindow[] _all;

    public LiveWindows(DateTimeOffset now)
    {
        _windows = Keys.ToDictionary(k => k, k => Make(k, now, _links));
        _all = [.. _windows.Values];
    }

    public DateTimeOffset Oldest => _all.Min(w => w.Oldest);

    public double EventsPerSecond => _windows["5m"].EventsPerSecond(TimeSpan.FromSeconds(10));

    /// <summary>A window of its own, as the live one of this key slides.</summary>
    public static SlidingWindow Make(string key, DateTimeOffset now, Dictionary<ulong, ulong> links) => new(Shapes[key].Length, Shapes[key].Buckets, now, links);

    /// <summary>How long a window is, and how far it slides at once.</summary>
    public static (TimeSpan Length, TimeSpan Width) Shape(string key) => (Shapes[key].Length, Shapes[key].Length / Shapes[key].Buckets);

    /// <summary>What the window of this key held just before an instant.</summary>
    public static TimeRange RangeAt(string key, DateTimeOffset at)
    {
        var (length, width) = Shape(key);
        return new TimeRange(new DateTimeOffset((at.UtcTicks / width.Ticks + 1) * width.Ticks, TimeSpan.Zero) - length, at.ToUniversalTime());
    }

    public KpiValues Values(string key) => _windows[key].Values;

    public KpiWindow Read(string key, int limit) => _windows[key].Read(limit);

    public void Fold(in LiveEvent e)
    {
        foreach (var window in _all) window.Fold(e);
    }

    public void Advance(DateTimeOffset now)
    {
        foreach (var window in _all) window.Advance(now);
    }

    public void Link(string alias, string person)
    {
        var (from, to) = (Tally.Hash(alias), Tally.Hash(person));
        if (from == to) return;
        _links[from] = to;
        foreach (var window in _all) window.Link(from, to);
    }
}
