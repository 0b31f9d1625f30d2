namespace BehaviorDashboard.Nodes;

/// <summary>Which events this node's listeners were told of, for as long as an event may be met once more.</summary>
internal sealed class Told(TimeProvider time)
{
    private static readonly TimeSpan Generation = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Undecided = TimeSpan.FromSeconds(15);

    /// <summary>Beyond this it is cheaper to begin anew.</summary>
    private const int Most = 20_000_000;

    private readonly Lock _gate = new();
    private readonly List<(long Since, HashSet<ulong> Events)> _generations = [];
    private readonly Dictionary<ulong, long> _storing = [];

    /// <summary>More than can be remembered: listeners must begin anew.</summary>
    public bool Overflown { get; private set; }

    /// <summary>This node is about to store these; whether it did is known when it <see cref="Stored"/> them, or never.</summary>
    public void Storing(IEnumerable<ulong> events)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_storing.Count > 100_000)
                foreach (var (old, _) in _storing.Where(s => time.GetElapsedTime(s.Value) > Undecided).ToList()) _storing.Remove(old);
            foreach (var e in events) _storing[e] = now;
        }
    }

    public void Stored(IEnumerable<ulong> events)
    {
        lock (_gate)
        {
            var newest = Newest();
            foreach (var e in events)
            {
                _storing.Remove(e);
                newest.Add(e);
            }
        }
    }

    /// <summary>Another node stored it.</summary>
    /// <returns>Whether it is news here.</returns>
    public bool Heard(ulong e)
    {
        lock (_gate) return !Knows(e) && Newest().Add(e);
    }

    /// <summary>It stands in the store, whoever stored it.</summary>
    /// <returns>Whether it is news here; null when this node is storing it right now, and tells itself.</returns>
    public bool? Found(ulong e)
    {
        lock (_gate)
        {
            if (Knows(e)) return false;
            if (_storing.TryGetValue(e, out var since) && time.GetElapsedTime(since) < Undecided) return null;
            return Newest().Add(e);
        }
    }

    /// <summary>Events told before this stop-watch time will not be met again.</summary>
    public void Forget(TimeSpan olderThan)
    {
        lock (_gate)
            while (_generations.Count > 1 && time.GetElapsedTime(_generations[1].Since) > olderThan) _generations.RemoveAt(0);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _generations.Clear();
            Overflown = false;
        }
    }

    private bool Knows(ulong e)
    {
        foreach (var (_, events) in _generations)
            if (events.Contains(e)) return true;
        return false;
    }

    private HashSet<ulong> Newest()
    {
        if (_generations.Count == 0 || time.GetElapsedTime(_generations[^1].Since) > Generation)
        {
            if (_generations.Sum(g => (long)g.Events.Count) > Most)
            {
                _generations.Clear();
                Overflown = true;
            }
            _generations.Add((time.GetTimestamp(), []));
        }
        return _generations[^1].Events;
    }
}
