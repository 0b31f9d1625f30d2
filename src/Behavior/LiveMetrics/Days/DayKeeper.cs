using BehaviorDashboard.Ids;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>
/// Summarises shop days that ended some hours ago, the newest first, and before them the hours of what came after those days, each in a
/// transaction of its own. What is done stands in the store: after a restart it goes on where it was.
/// </summary>
public sealed class DayKeeper : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30), Every = TimeSpan.FromMinutes(5);

    /// <summary>Nothing a shop did lies before this.</summary>
    private static readonly DateTimeOffset First = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DayStore _store;
    private readonly KpisOptions _options;
    private readonly ShopClock _clock;
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<DayKeeper> _logger;
    private DateOnly? _oldest;

    internal DayKeeper(DayStore store, IOptions<KpisOptions> options, ShopClock clock, Node node, TimeProvider time, ILogger<DayKeeper> logger) =>
        (_store, _options, _clock, _node, _time, _logger) = (store, options.Value, clock, node, time, logger);

    /// <summary>Summarises what is due now, without a rest.</summary>
    /// <returns>How many days and hours.</returns>
    public Task<int> RunAsync(CancellationToken cancel = default) => RunAsync(rests: false, cancel);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        for (var wait = Soon; ; wait = Every)
        {
            await Task.Delay(wait, _time, stoppingToken);
            try
            {
                await RunAsync(rests: true, stoppingToken);
            }
            catch (Exception problem) when (problem is not OperationCanceledException and not LeaseLostException)
            {
                _logger.LogError(problem, "Days or hours could not be summarised; figures of long ranges are read from events, and it is tried again.");
            }
        }
    }

    /// <param name="rests">As long as it worked, so that others come to their turn.</param>
    private async Task<int> RunAsync(bool rests, CancellationToken cancel)
    {
        var began = _time.GetTimestamp();
        var made = 0;
        foreach (var day in await DueAsync(cancel))
        {
            cancel.ThrowIfCancellationRequested();
            var started = _time.GetTimestamp();
            if (await _store.FillAsync(day, await _store.ClaimAsync(day, _clock.ZoneName), _time.GetUtcNow(), cancel)) made++;
            if (rests) await Task.Delay(_time.GetElapsedTime(started), _time, cancel);
        }
        if (made > 1) _logger.LogInformation("Summarised {Days} days and hours in {Seconds:N1} s.", made, _time.GetElapsedTime(began).TotalSeconds);
        return made;
    }

    /// <returns>Hours after the last day that is due, then days since the first event, the newest first: those that are over and have no summary.</returns>
    private async Task<List<TimeRange>> DueAsync(CancellationToken cancel)
    {
        var last = _clock.DateOf(_time.GetUtcNow().AddHours(-_options.SummariseAfterHours)).AddDays(-1);
        var oldest = await OldestAsync(last, cancel);
        var made = await _store.MadeAsync(_clock.ZoneName, cancel);
        var due = await HoursDueAsync(last.AddDays(1), made, cancel);
        for (var day = last; day >= oldest; day = day.AddDays(-1))
        {
            var whole = _clock.Days(day, day);
            if (!made.Contains(whole)) due.Add(whole);
        }
        return due;
    }

    /// <summary>Hours are counted from the beginning of their day, so that none lies in two days.</summary>
    private async Task<List<TimeRange>> HoursDueAsync(DateOnly first, HashSet<TimeRange> made, CancellationToken cancel)
    {
        var due = new List<TimeRange>();
        var until = _time.GetUtcNow().AddMinutes(-_options.SummariseHoursAfterMinutes);
        for (var day = first; _clock.StartOf(day) < until; day = day.AddDays(1))
        {
            var whole = _clock.Days(day, day);
            // Where the clock was set back the day may be summarised already.
            if (made.Contains(whole) || !await _store.AnyAsync(whole.From, whole.To, cancel)) continue;
            for (var at = whole.From; at < whole.To; at = at.AddHours(1))
            {
                var hour = new TimeRange(at, at.AddHours(1) < whole.To ? at.AddHours(1) : whole.To);
                if (hour.To <= until && !made.Contains(hour)) due.Add(hour);
            }
        }
        return due;
    }

    /// <returns>First day of the month of the oldest event.</returns>
    private async Task<DateOnly> OldestAsync(DateOnly last, CancellationToken cancel)
    {
        var oldest = _oldest ?? new DateOnly(last.Year, last.Month, 1).AddMonths(1);
        while (await _store.AnyAsync(First, _clock.StartOf(oldest), cancel)) oldest = oldest.AddMonths(-1);
        return (_oldest = oldest).Value;
    }
}
