using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace BehaviorDashboard.Events;

/// <summary>
/// Gives events without a session one: a person's events belong together until 30 minutes pass without any
/// (Google Analytics' and Segment's definition). Also tells which sessions were not seen before. Not for two threads.
/// </summary>
internal sealed class SessionTracker
{
    public static readonly TimeSpan Gap = TimeSpan.FromMinutes(30);
    private const int Remembered = 400_000;

    private Dictionary<string, Open> _open = [];
    private HashSet<ulong> _seen = [];
    private HashSet<ulong> _seenBefore = [];
    private readonly DateTimeOffset _since;
    private DateTimeOffset _completeFrom;

    /// <param name="since">Sessions with events from then on are known; see <see cref="IsNew"/> for those before.</param>
    /// <param name="now">From a day later on, what is not remembered is taken for new.</param>
    public SessionTracker(DateTimeOffset since, DateTimeOffset now) => (_since, _completeFrom) = (since, now.AddDays(1));

    private readonly record struct Open(string Id, DateTimeOffset First, DateTimeOffset Last);

    /// <summary>The session of an event of <paramref name="person"/>, who may have begun it as <paramref name="before"/>.</summary>
    public string Assign(string person, string? before, DateTimeOffset at)
    {
        if (!_open.TryGetValue(person, out var open) && (before is null || !_open.TryGetValue(before, out open)))
            open = default;
        open = open.Id is not null && at - open.Last <= Gap && open.First - at <= Gap
            ? open with { First = at < open.First ? at : open.First, Last = at > open.Last ? at : open.Last }
            : new Open(string.Create(CultureInfo.InvariantCulture, $"{person}:{at.ToUnixTimeSeconds()}"), at, at);
        Remember(person, open);
        return open.Id;
    }

    /// <summary>Notes a session that the sender named, or that was open before a restart.</summary>
    /// <returns>True the first time this person's session is named.</returns>
    public bool IsNew(string person, string session, DateTimeOffset at)
    {
        if (!_open.TryGetValue(person, out var open) || open.Id != session) Remember(person, new Open(session, at, at));
        return Mark(person, session);
    }

    /// <summary>Whether a session that <see cref="IsNew"/> may have been this person's before.</summary>
    /// <param name="named">By the sender, who may come back to it at any time.</param>
    public bool IsDoubtful(DateTimeOffset at, bool named, DateTimeOffset receivedAt) => at < _since || (named && receivedAt < _completeFrom);

    /// <summary>Two keys are one person: the session open under the alias goes on under the person's key.</summary>
    public void Link(string alias, string person)
    {
        if (!_open.Remove(alias, out var open)) return;
        Mark(person, open.Id);
        _open.TryAdd(person, open);
    }

    private bool Mark(string person, string session)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(session.AsSpan()), (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(person.AsSpan())));
        if (_seen.Count >= Remembered)
        {
            if (_seenBefore.Count > 0) _completeFrom = DateTimeOffset.MaxValue;
            (_seenBefore, _seen) = (_seen, []);
        }
        return _seen.Add(hash) && !_seenBefore.Contains(hash);
    }

    private void Remember(string person, Open open)
    {
        if (_open.Count >= Remembered) Forget();
        _open[person] = open;
    }

    private void Forget()
    {
        var latest = _open.Values.Max(o => o.Last);
        _open = _open.Where(o => latest - o.Value.Last <= Gap).ToDictionary();
        if (_open.Count >= Remembered) _open.Clear();
    }
}
