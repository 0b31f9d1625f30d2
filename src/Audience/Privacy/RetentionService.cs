using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Privacy;

/// <summary>How much of a kind of data is due.</summary>
/// <param name="Due">What goes at the next run; null: kept for ever.</param>
public sealed record RetentionState(string Kind, int Days, long? Due, RetentionRun? Last);

/// <summary>Removes what is older than its days: once a shop day, at the hour that is set.</summary>
public sealed class RetentionService : BackgroundService
{
    private readonly IReadOnlyList<IRetention> _kinds;
    private readonly PrivacyStore _store;
    private readonly IAuditLog _audit;
    private readonly PrivacyOptions _options;
    private readonly ShopClock _clock;
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<RetentionService> _logger;
    private readonly SemaphoreSlim _one = new(1);

    internal RetentionService(IEnumerable<IRetention> kinds, PrivacyStore store, IAuditLog audit, IOptions<PrivacyOptions> options, ShopClock clock, Node node, TimeProvider time, ILogger<RetentionService> logger) =>
        (_kinds, _store, _audit, _options, _clock, _node, _time, _logger) = ([.. kinds], store, audit, options.Value, clock, node, time, logger);

    /// <summary>When the next run begins.</summary>
    public DateTimeOffset Next => Hour(_clock.Today) is var today && today > _clock.Now ? today : Hour(_clock.Today.AddDays(1));

    public async Task<IReadOnlyList<RetentionState>> StatesAsync(CancellationToken cancel = default)
    {
        var last = (await _store.LastRunsAsync(cancel)).GroupBy(r => r.Kind).ToDictionary(g => g.Key, g => g.First());
        var states = new List<RetentionState>();
        foreach (var kind in _kinds)
            states.Add(new RetentionState(kind.Kind, kind.Days, kind.Days == 0 ? null : await kind.DueAsync(Before(kind, Next), cancel), last.GetValueOrDefault(kind.Kind)));
        return states;
    }

    /// <summary>Removes what is due now.</summary>
    public async Task<IReadOnlyList<RetentionRun>> RunAsync(CancellationToken cancel = default)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var runs = new List<RetentionRun>();
            foreach (var kind in _kinds.Where(k => k.Days > 0))
            {
                var run = new RetentionRun(kind.Kind, _clock.Now, await kind.RemoveAsync(Before(kind, _clock.Now), cancel));
                await _store.RanAsync(run);
                runs.Add(run);
            }
            if (runs.Any(r => r.Removed > 0)) await _audit.RecordAsync(new AuditEntry("retention.ran", "privacy", JsonSerializer.Serialize(runs.ToDictionary(r => r.Kind, r => r.Removed))), CancellationToken.None);
            return runs;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Runs it when the hour of this shop day has come and it has not run since.</summary>
    public async Task<bool> RunIfDueAsync(CancellationToken cancel = default)
    {
        var hour = Hour(_clock.Today);
        if (_clock.Now < hour || !_kinds.Any(k => k.Days > 0)) return false;
        if ((await _store.LastRunsAsync(cancel)).Any(r => r.RanAt >= hour)) return false;
        await RunAsync(cancel);
        return true;
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), _time);
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
                    _logger.LogError(problem, "What is older than its days could not be removed; it is tried again.");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The product stops.
        }
    }

    private DateTimeOffset Hour(DateOnly day) => _clock.StartOf(day).AddHours(_options.RetentionHour);

    private static DateTimeOffset Before(IRetention kind, DateTimeOffset at) => at.AddDays(-kind.Days);
}
