using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Storage;

/// <summary>Some time after an erasure, takes what was deleted off the disk as well; several erasures are one copy.</summary>
public sealed class Compaction(Database database, IConnectionSource connections, IOptions<StorageOptions> options, Node node, TimeProvider time, ILogger<Compaction> logger) : BackgroundService
{
    /// <summary>Asks for it, in the transaction that deletes.</summary>
    internal const string Want = "update compaction set wanted_at = coalesce(wanted_at, now()) where id = 1";

    private const string Done = "update compaction set wanted_at = null, done_at = now() where id = 1";

    private const string Due = "select count(*) from compaction where wanted_at <= @Before";

    /// <returns>False when the store was too busy: it stays wanted.</returns>
    public Task<bool> RunAsync(CancellationToken cancel = default) => connections.CompactAsync(Done, cancel);

    /// <summary>Runs it if an erasure is old enough.</summary>
    public async Task<bool> RunIfDueAsync(CancellationToken cancel = default)
    {
        var before = time.GetUtcNow().AddMinutes(-options.Value.CompactAfterMinutes);
        if (await database.ScalarAsync<long>(Due, new { Before = before }, cancel) == 0) return false;
        var started = time.GetTimestamp();
        if (!await RunAsync(cancel))
        {
            logger.LogWarning("The store was too busy to be compacted; it is tried again.");
            return false;
        }
        logger.LogInformation("What was erased has been taken off the disk in {Seconds:N1} s.", time.GetElapsedTime(started).TotalSeconds);
        return true;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunIfDueAsync(stoppingToken);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    logger.LogError(problem, "The store could not be compacted; it is tried again.");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The product stops.
        }
    }
}
