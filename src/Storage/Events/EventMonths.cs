using BehaviorDashboard.Storage;

namespace BehaviorDashboard.Events;

/// <summary>
/// The months events lie in on a server: each is made before the first event of it is written, the next one always ahead. What is
/// outside of any sensible time lies together, in a part of its own. Not for two threads.
/// </summary>
internal sealed class EventMonths
{
    /// <summary>Whether events lie by months; a store from before may hold them whole.</summary>
    public const string Are = "select to_regclass('event_ids') is not null";

    /// <summary>Lays the events of a store that holds them whole.</summary>
    public const string Lay = "select events_to_months()";

    private const string Made = "select cast(c.relname as text) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'events'::regclass";

    private const string Make = "select events_month(@Month)";

    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly HashSet<string> _made = [];

    public async Task LoadAsync(Session session)
    {
        foreach (var name in await session.QueryAsync<string>(Made)) _made.Add(name);
    }

    /// <summary>Makes the months of these times that are not there, and those of now and of the month after.</summary>
    public async Task MakeAsync(Database database, IEnumerable<DateTimeOffset> times, DateTimeOffset now)
    {
        var next = Of(now).AddMonths(1);
        foreach (var month in times.Where(t => t >= First && t < next.AddMonths(1)).Select(Of).Append(next.AddMonths(-1)).Append(next).Distinct())
        {
            if (_made.Contains(Name(month))) continue;
            await database.WriteAsync(session => session.ExecuteAsync(Make, new { Month = month }));
            _made.Add(Name(month));
        }
    }

    /// <summary>First instant of the month, in UTC.</summary>
    public static DateTimeOffset Of(DateTimeOffset time) => new(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    public static string Name(DateTimeOffset month) => $"events_p{month.UtcDateTime:yyyyMM}";
}
