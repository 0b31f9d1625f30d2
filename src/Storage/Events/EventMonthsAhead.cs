using BehaviorDashboard.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Events;

/// <summary>
/// Looks at the start and once a day whether this month and the next are there, and counts the months as a whole for the planner,
/// which the server itself does only for each.
/// </summary>
internal sealed class EventMonthsAhead(Database database, TimeProvider time, ILogger<EventMonthsAhead> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <returns>False where events do not lie by months.</returns>
    public async Task<bool> RunAsync(CancellationToken cancel = default)
    {
        if (database.Dialect.Blocks || !await database.ScalarAsync<bool>(EventMonths.Are, cancel: cancel)) return false;
        var months = new EventMonths();
        await database.ReadAsync(async session =>
        {
            await months.LoadAsync(session);
            return true;
        }, cancel);
        await months.MakeAsync(database, [], time.GetUtcNow());
        await database.WriteAsync(session => session.ExecuteLongAsync("analyze events"), cancel);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                try
                {
                    await RunAsync(stoppingToken);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    logger.LogError(problem, "The months of events could not be looked at; the writer makes what it needs.");
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The product stops.
        }
    }
}
