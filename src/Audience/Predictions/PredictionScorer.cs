using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Predictions;

/// <summary>
/// Scores everybody at the start of each shop day and after a version came into use, and in between those who did something.
/// All scores of a run tell of one instant and come into view at once.
/// </summary>
internal sealed class PredictionScorer : BackgroundService
{
    private const int MostChanged = 2_000;
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(10);

    private readonly PredictionStore _store;
    private readonly Scoring _scoring;
    private readonly PredictionWatch _watch;
    private readonly ShopClock _clock;
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<PredictionScorer> _logger;
    private DateTimeOffset? _seenTo;

    public PredictionScorer(PredictionStore store, Scoring scoring, PredictionWatch watch, ShopClock clock, Node node, TimeProvider time, ILogger<Signal> signals, ILogger<PredictionScorer> logger)
    {
        (_store, _scoring, _watch, _clock, _node, _time, _logger) = (store, scoring, watch, clock, node, time, logger);
        Changed = new Signal(time, signals);
    }

    /// <summary>Raised when scores have changed.</summary>
    public Signal Changed { get; }

    /// <summary>The newest scoring, as conditions and pages ask for it again and again.</summary>
    public PredictionRun? Last { get; private set; }

    /// <summary>Another node scored: it is asked for again.</summary>
    public void Forget()
    {
        if (!_node.Schedule.Held) Last = null;
    }

    /// <summary>Scores everybody as of the end of what is known.</summary>
    /// <returns>Null where no model is in use yet.</returns>
    public async Task<PredictionRun?> ScoreAllAsync(CancellationToken cancel = default)
    {
        var began = _time.GetUtcNow();
        if (await _scoring.RunAsync(null, cancel) is not { } run) return null;
        await _store.ReplaceAsync(run.Scores, null, run.AsOf, cancel);
        var kept = new PredictionRun(run.AsOf, _time.GetUtcNow(), run.Scores.Count, run.Versions, run.Totals);
        await _store.KeepRunAsync(kept, cancel);
        foreach (var (kind, of, days) in Watched)
            if (run.Versions.TryGetValue(kind, out var version))
                await _watch.KeepAsync(kind, version, run.AsOf, run.Scores.Where(s => of(s) is not null).Select(s => (s.UserId, of(s)!.Value, days(s))), cancel);
        (Last, _seenTo) = (kept, began);
        Changed.Raise();
        return kept;
    }

    /// <summary>Scores those who did something since.</summary>
    public async Task ScoreChangedAsync(CancellationToken cancel = default)
    {
        if (Last is null || _seenTo is not { } since) return;
        var began = _time.GetUtcNow();
        var people = await _store.ChangedAsync(since, MostChanged, cancel);
        _seenTo = began;
        if (people.Count == 0 || await _scoring.RunAsync(people, cancel) is not { } run) return;
        await _store.ReplaceAsync(run.Scores, people, run.AsOf, cancel);
        Changed.Raise();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        (Last, _seenTo) = (null, null);
        var all = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Last ??= await _store.LastRunAsync(stoppingToken);
                _seenTo ??= Last?.EndedAt;
                if (all || Last is null || Last.AsOf < await _scoring.DueAsync(stoppingToken)) await ScoreAllAsync(stoppingToken);
                else await ScoreChangedAsync(stoppingToken);
                all = await _watch.WaitAsync(Look, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                _logger.LogError(problem, "Scores could not be made; the next attempt is in {Minutes} minutes.", Look.TotalMinutes);
                await Task.Delay(Look, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static (string Kind, Func<PersonScore, double?> Of, Func<PersonScore, double> Days)[] Watched =>
    [
        (PredictionKinds.Buy7, s => s.Buy7, _ => 7), (PredictionKinds.Buy30, s => s.Buy30, _ => 30), (PredictionKinds.Churn, s => s.Churn, s => s.ChurnDays ?? ChurnHorizon.Longest), (PredictionKinds.Value, s => s.Value90, _ => 90),
    ];
}
