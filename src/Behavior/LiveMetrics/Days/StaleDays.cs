using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Storage;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// Takes the mark off a summarised day or hour in the transaction in which an event of it comes or goes, so that its summary is never read
/// with that event missing. Which days are summarised the store says, each time.
/// </summary>
internal sealed class StaleDays(TimeProvider time) : ICommitParticipant, IHistoryParticipant
{
    /// <summary>Nothing is summarised before this has passed since its end, and more; events younger than this are in no summary.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    /// <summary>How long what another node summarises may be unknown here: it is older than <see cref="Fresh"/> by the clock of all nodes.</summary>
    private static readonly TimeSpan Known = TimeSpan.FromMinutes(1);

    /// <summary>The store keeps instants to the microsecond: an event may lie this far from where it was told.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromTicks(10);

    private const string Newest = "select max(ends) from summarised_days";

    private const string Any = "select exists (select 1 from summarised_days)";

    private const string Marked = "select day as At, ends as Ends from summarised_days where run is not null and day <= @Last and ends > @First order by day";

    private const string All = "select day as At, ends as Ends from summarised_days where day <= @Last and ends > @First order by day";

    private const string Unmark = "update summarised_days set run = null, made_at = null where day = @At";

    private const string RemoveVisits = "delete from day_visits where user_id = any(@Keys) and day = any(@Days)";

    // Words somebody searched with, who may be erased now.
    private const string RemoveSearches = "delete from day_ranks where kind = 'search' and day = any(@Days)";

    private long _summarisedTo;
    private long? _readAt;

    private sealed record Day(DateTimeOffset At, DateTimeOffset Ends);

    /// <summary>Up to here something is summarised, or may be: also where the clock was set back since.</summary>
    public void Summarised(DateTimeOffset to)
    {
        for (var before = Interlocked.Read(ref _summarisedTo); before < to.UtcTicks; before = Interlocked.Read(ref _summarisedTo))
            if (Interlocked.CompareExchange(ref _summarisedTo, to.UtcTicks, before) == before) return;
    }

    public async Task WriteAsync(Session session, IReadOnlyList<ShopEvent> events)
    {
        // What any node summarised since the last look ended before this: it holds where the clock is set back before the next.
        var fresh = time.GetUtcNow() - Fresh;
        Summarised(fresh);
        if (_readAt is not { } readAt || time.GetElapsedTime(readAt) >= Known)
        {
            if (await session.ScalarAsync<DateTime?>(Newest) is { } to) Summarised(new DateTimeOffset(DateTime.SpecifyKind(to, DateTimeKind.Utc)));
            _readAt = time.GetTimestamp();
        }
        var limit = Interlocked.Read(ref _summarisedTo) + Grain.Ticks;
        List<DateTimeOffset>? old = null;
        foreach (var e in events)
            if (e.OccurredAt.UtcTicks < limit) (old ??= []).Add(e.OccurredAt - Grain);
        if (old is not null) await UnmarkAsync(session, Marked, old, 2 * Grain);
    }

    public async Task ChangeAsync(Session session, ChangedEvents events)
    {
        // Under a day that is not here lies nothing either.
        if (!await session.ScalarAsync<bool>(Any)) return;
        var hours = await events.HoursAsync();
        if (hours.Count == 0 || await UnmarkAsync(session, All, [.. hours], TimeSpan.FromHours(1)) is not { Count: > 0 } touched) return;
        var days = SqlList.Of(touched);
        await session.ExecuteAsync(RemoveVisits, new { Keys = SqlList.Of(await events.KeysAsync()), Days = days });
        await session.ExecuteAsync(RemoveSearches, new { Days = days });
    }

    /// <returns>The days that any of the stretches of this length touches.</returns>
    private static async Task<IReadOnlyList<DateTimeOffset>> UnmarkAsync(Session session, string days, List<DateTimeOffset> starts, TimeSpan length)
    {
        starts.Sort();
        var touched = new List<DateTimeOffset>();
        foreach (var day in await session.QueryAsync<Day>(days, new { First = starts[0], Last = starts[^1] + length }))
        {
            var next = starts.BinarySearch(day.At - length + TimeSpan.FromTicks(1));
            if (next < 0) next = ~next;
            if (next < starts.Count && starts[next] < day.Ends) touched.Add(day.At);
        }
        // One by one in their order, so that two nodes never wait for each other in a circle.
        foreach (var at in touched) await session.ExecuteAsync(Unmark, new { At = at });
        return touched;
    }
}
