namespace BehaviorDashboard.LiveMetrics;

/// <summary>The live windows: five minutes, an hour, a day. Not for two threads.</summary>
internal sealed class LiveWindows
{
    /// <summary>Keys in the order shown; the same as the range picker's.</summary>
    public static readonly IReadOnlyList<string> Keys = ["5m", "1h", "24h"];

    private readonly Dictionary<ulong, ulong> _links = [];
    private readonly Dictionary<string, SlidingWindow> _windows;
    private readonly SlidingWindow[] _all;

    public LiveWindows(DateTimeOffset now)
    {
        _windows = new Dictionary<string, SlidingWindow>
        {
            ["5m"] = new(TimeSpan.FromMinutes(5), 60, now, _links),
            ["1h"] = new(TimeSpan.FromHours(1), 60, now, _links),
            ["24h"] = new(TimeSpan.FromHours(24), 96, now, _links),
        };
        _all = [.. _windows.Values];
    }

    public DateTimeOffset Oldest => _all.Min(w => w.Oldest);

    public double EventsPerSecond => _windows["5m"].EventsPerSecond(TimeSpan.FromSeconds(10));

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
