using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>
/// Looks at every rule that is live or in shadow once a second, on whole seconds. A step of a rule, the firing and the
/// actions it asks for are stored in one transaction under an id that follows from rule, object and instant: a restart or a
/// second process fires nothing twice. What is asked for is done by <see cref="ActionRunner"/>, so that a slow action delays
/// no rule. Of many nodes the one that holds the lease looks.
/// </summary>
public sealed class RuleEngine : BackgroundService
{
    private static readonly TimeSpan Reload = TimeSpan.FromSeconds(10);

    private readonly RuleStore _store;
    private readonly KpiCatalog _catalog;
    private readonly EffectHistory _effects;
    private readonly LedgerStore _ledger;
    private readonly ShopClock _clock;
    private readonly Node _node;
    private readonly TimeProvider _time;
    private readonly ILogger<RuleEngine> _logger;
    private readonly Readings _readings;
    private readonly Dictionary<(int Rule, string Object), RuleStanding> _standings = [];
    private IReadOnlyList<(FeedbackRule Rule, RuleDefinition Definition)> _rules = [];
    private DateTimeOffset _loaded;
    private bool _stale = true;

    internal RuleEngine(RuleStore store, KpiCatalog catalog, EffectHistory effects, LedgerStore ledger, ShopClock clock, Node node, TimeProvider time, ILogger<Signal> signals, ILogger<RuleEngine> logger)
    {
        (_store, _catalog, _effects, _ledger, _clock, _node, _time, _logger, _readings) = (store, catalog, effects, ledger, clock, node, time, logger, new Readings(catalog));
        Fired = new Signal(time, signals);
    }

    /// <summary>A rule fired, was held back, or stands differently.</summary>
    public Signal Fired { get; }

    /// <summary>When the rules were last looked at; null: not by this process.</summary>
    public DateTimeOffset? LookedAt { get; private set; }

    /// <summary>Rules were changed: they are read again at the next look.</summary>
    public void Invalidate() => _stale = true;

    /// <summary>Figures of a source may have moved: they are read again at the next look.</summary>
    internal void Moved(string source) => _readings.Moved(source);

    /// <summary>One look at every rule.</summary>
    /// <param name="at">A whole second, now.</param>
    public async Task LookAsync(DateTimeOffset at, CancellationToken cancel = default)
    {
        await LoadAsync(at, cancel);
        _readings.Begin(at);
        foreach (var (rule, definition) in _rules)
        {
            try
            {
                foreach (var one in await _readings.ObjectsAsync(definition.When.Kpi, at, cancel)) await LookAsync(rule, definition, one, at, cancel);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                _logger.LogError(problem, "Rule {Rule} could not be looked at; the others go on.", rule.Id);
            }
        }
        LookedAt = at;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _node.Schedule.WhileHeldAsync(RunWhileHeldAsync, stoppingToken);

    private async Task RunWhileHeldAsync(CancellationToken stoppingToken)
    {
        _stale = true;
        var subscriptions = _catalog.Sources.Where(s => s.Changed is not null && s.Source != "shop").Select(s => s.Changed!.Subscribe(TimeSpan.FromSeconds(1), () =>
        {
            Moved(s.Source);
            return Task.CompletedTask;
        })).ToList();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(KpiReplay.Second(_time.GetUtcNow()), stoppingToken);
                }
                catch (Exception problem) when (problem is not OperationCanceledException)
                {
                    _logger.LogError(problem, "The rules could not be looked at.");
                    _stale = true;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops; how the rules stand is in the store.
        }
        finally
        {
            subscriptions.ForEach(s => s.Dispose());
            LookedAt = null;
        }
    }

    private async Task LoadAsync(DateTimeOffset at, CancellationToken cancel)
    {
        if (!_stale && at - _loaded < Reload && at >= _loaded) return;
        var fresh = _stale;
        (_stale, _loaded) = (false, at);
        _rules = [.. (await _store.AllAsync(cancel)).Where(r => r.IsWatching).Select(r => (r, r.Read()))];
        if (!fresh) return;
        _standings.Clear();
        foreach (var standing in await _store.StandingsAsync(cancel)) _standings[(standing.RuleId, standing.ObjectId)] = standing;
    }

    private async Task LookAsync(FeedbackRule rule, RuleDefinition definition, string objectId, DateTimeOffset at, CancellationToken cancel)
    {
        var kpi = KpiCatalog.For(definition.When.Kpi, objectId);
        var value = await _readings.ValueAsync(kpi, at, cancel);
        var baseline = await _readings.BaselineAsync(definition.When, kpi, at, cancel);
        var holds = TriggerTest.Holds(definition.When, value, baseline);
        var before = _standings.GetValueOrDefault((rule.Id, objectId));
        var state = before is null ? MachineState.Start : new MachineState(before.Armed, before.HoldsSince, before.LastFired, before.Day, before.FiredToday, before.Held);
        // Further conditions are looked at only where they could matter.
        bool? conditions = holds == true && state.Armed ? await AllHoldAsync(definition, objectId, at, cancel) : null;
        if (conditions == true && await OverBudgetAsync(rule, definition, at, cancel)) conditions = false;
        var step = new RuleMachine(definition, _clock).Next(state, at, holds, conditions);
        if (step.Decision == Decision.None) return;
        var (s, why) = (step.State, step.Decision == Decision.Held ? step.Why : null);
        var standing = new RuleStanding(rule.Id, rule.Version, objectId, s.Armed, s.HoldsSince, s.LastFired, s.Day, s.FiredToday, s.Held, value, at, before?.Seq ?? 0);
        var firing = step.Decision == Decision.Fires ? await FireAsync(rule, definition, objectId, at, value!.Value, baseline.Center, cancel) : null;
        if (!await _store.StepAsync(standing, why, firing, firing is null ? [] : Actions(rule, definition, firing), cancel))
        {
            _stale = true;
            return;
        }
        _standings[(rule.Id, objectId)] = standing with { Seq = standing.Seq + 1 };
        Fired.Raise();
    }

    private async Task<bool> AllHoldAsync(RuleDefinition definition, string objectId, DateTimeOffset at, CancellationToken cancel)
    {
        foreach (var condition in definition.And)
        {
            var kpi = KpiCatalog.For(condition.Kpi, objectId);
            if (TriggerTest.Holds(condition, await _readings.ValueAsync(kpi, at, cancel), await _readings.BaselineAsync(condition, kpi, at, cancel)) != true) return false;
        }
        return true;
    }

    private async Task<bool> OverBudgetAsync(FeedbackRule rule, RuleDefinition definition, DateTimeOffset at, CancellationToken cancel)
    {
        if (definition.Limits.Budget is not { } budget) return false;
        var spent = (await _ledger.SpentAsync(rule.Id, at.AddDays(-30), cancel)).Sum(p => RuleBudget.Money(p, _catalog, definition));
        return spent + definition.Then.Sum(a => RuleBudget.Money(a.Parameters, _catalog.Find(a))) > budget;
    }

    private async Task<RuleFiring> FireAsync(FeedbackRule rule, RuleDefinition definition, string objectId, DateTimeOffset at, double value, double? baseline, CancellationToken cancel)
    {
        var status = rule.Status == FeedbackRule.Shadow ? "shadow" : definition.Limits.Approval ? "waiting" : "approved";
        var predicted = await _effects.PredictAsync(rule.Id, cancel);
        return new RuleFiring(FiringId(rule, objectId, at), rule.Id, rule.Version, rule.Name, objectId, at, value, baseline, rule.Status == FeedbackRule.Shadow ? "shadow" : "live", status, null, null,
            predicted?.Value, predicted?.Low, predicted?.High, null, null, null, null, null);
    }

    /// <summary>The same firing has the same id wherever and whenever it is found.</summary>
    internal static string FiringId(FeedbackRule rule, string objectId, DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{rule.Id}@{rule.Version}{(objectId.Length > 0 ? ":" + objectId : "")}!{at.ToUnixTimeSeconds()}");

    private IReadOnlyList<LedgerAction> Actions(FeedbackRule rule, RuleDefinition definition, RuleFiring firing)
    {
        var status = firing.Status switch { "shadow" => "shadow", "waiting" => LedgerAction.Waiting, _ => LedgerAction.Queued };
        var cause = string.Create(CultureInfo.InvariantCulture, $"rule:{rule.Id}@{rule.Version}");
        return [.. definition.Then.Select((a, i) => (Spec: a, Kind: _catalog.Find(a), Step: i)).Where(a => a.Kind is not null).Select(a =>
            LedgerService.Line(DefinitionCheck.Request($"{firing.Id}#{a.Step}", a.Spec, a.Kind!, firing.ObjectId, cause), status, firing.FiredAt) with { FiringId = firing.Id, Step = a.Step })];
    }
}
