using BehaviorDashboard.Contracts;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>
/// Does what rules ask for: each target in its own turn, so that a slow one delays no other; again after a restart, which is
/// safe because a target knows the request by its id; at most three times where it fails. Measures effects when their hours
/// have passed.
/// </summary>
internal sealed class ActionRunner(RuleEngine engine, LedgerStore ledger, LedgerSignal signal, KpiCatalog catalog, EffectHistory effects, OscillationGuard guard, Node node, TimeProvider time, ILogger<ActionRunner> logger) : BackgroundService
{
    private const int AtOnce = 200;
    private const int MostAttempts = 3;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, Task> _busy = [];
    private DateTimeOffset _measured;

    /// <summary>Starts what is open; with <paramref name="wait"/>, until nothing is.</summary>
    public async Task RunOpenAsync(bool wait, CancellationToken cancel = default)
    {
        var open = await ledger.OpenAsync(AtOnce, cancel);
        foreach (var (target, actions) in open.GroupBy(a => a.Target).Select(g => (g.Key, g.ToList())))
            if (!_busy.TryGetValue(target, out var busy) || busy.IsCompleted) _busy[target] = Task.Run(() => RunAsync(actions, cancel), cancel);
        if (wait) await Task.WhenAll(_busy.Values);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var woken = new SemaphoreSlim(0);
        using var fired = engine.Fired.Subscribe(TimeSpan.FromMilliseconds(100), Wake);
        using var changed = signal.Changed.Subscribe(TimeSpan.FromMilliseconds(250), Wake);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOpenAsync(wait: false, stoppingToken);
                await MeasureAsync(stoppingToken);
                await woken.WaitAsync(TimeSpan.FromSeconds(5), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "Actions of rules could not be looked up; the next look is in five seconds.");
                await Task.Delay(TimeSpan.FromSeconds(5), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(_busy.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Task Wake()
        {
            woken.Release();
            return Task.CompletedTask;
        }
    }

    private async Task MeasureAsync(CancellationToken cancel)
    {
        if (time.GetUtcNow() - _measured < TimeSpan.FromMinutes(1)) return;
        _measured = time.GetUtcNow();
        if (await effects.MeasureDueAsync(cancel) > 0) signal.Changed.Raise();
    }

    private async Task RunAsync(IReadOnlyList<LedgerAction> actions, CancellationToken cancel)
    {
        foreach (var action in actions)
        {
            if (cancel.IsCancellationRequested || !await ledger.StartAsync(action.Id, cancel)) continue;
            var (status, outcome) = await ApplyAsync(action, cancel);
            if (status is null) return;
            await ledger.EndAsync(action.Id, status, outcome, time.GetUtcNow());
            if (status == LedgerAction.Done) await guard.CheckAsync(action, cancel);
            signal.Changed.Raise();
        }
    }

    private async Task<(string? Status, ActionOutcome Outcome)> ApplyAsync(LedgerAction action, CancellationToken cancel)
    {
        if (catalog.Target(action.Target) is not { } target) return ("refused", ActionOutcome.Refused($"nothing here acts on {action.Target}"));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Longest);
        try
        {
            var outcome = await target.ApplyAsync(action.Request(), patience.Token);
            return (outcome.Refusal is null ? LedgerAction.Done : "refused", outcome);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The product stops; the line stays running and is done again at the next start.
            return (null, ActionOutcome.Refused(""));
        }
        catch (Exception problem)
        {
            logger.LogError(problem, "Action {Action} failed.", action.Id);
            var last = action.Attempts + 1 >= MostAttempts;
            return (last ? "failed" : LedgerAction.Queued, ActionOutcome.Refused(problem is OperationCanceledException ? $"took longer than {Longest.TotalSeconds:N0} s" : problem.Message));
        }
    }
}
