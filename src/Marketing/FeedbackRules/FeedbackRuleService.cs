using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>What became of a wish to save: a rule, or what is wrong with it.</summary>
public sealed record RuleSaved(FeedbackRule? Rule, IReadOnlyList<DefinitionProblem> Problems);

/// <summary>Feedback rules as people work with them.</summary>
public sealed class FeedbackRuleService
{
    private readonly RuleStore _store;
    private readonly RuleEngine _engine;
    private readonly BackTest _backTest;
    private readonly EffectHistory _effects;
    private readonly IAuditLog _audit;
    private readonly ShopClock _clock;

    internal FeedbackRuleService(RuleStore store, RuleEngine engine, KpiCatalog catalog, BackTest backTest, EffectHistory effects, IAuditLog audit, ShopClock clock) =>
        (_store, _engine, Catalog, _backTest, _effects, _audit, _clock) = (store, engine, catalog, backTest, effects, audit, clock);

    public KpiCatalog Catalog { get; }

    /// <inheritdoc cref="RuleEngine.Fired"/>
    public Signal Changed => _engine.Fired;

    /// <inheritdoc cref="RuleEngine.LookedAt"/>
    public DateTimeOffset? LookedAt => _engine.LookedAt;

    public Task<IReadOnlyList<FeedbackRule>> AllAsync(CancellationToken cancel = default) => _store.AllAsync(cancel);

    public Task<FeedbackRule?> FindAsync(int id, CancellationToken cancel = default) => _store.FindAsync(id, cancel);

    public Task<IReadOnlyList<FeedbackRuleVersion>> VersionsAsync(int id, CancellationToken cancel = default) => _store.VersionsAsync(id, cancel);

    public Task<IReadOnlyList<RuleStanding>> StandingsAsync(int id, CancellationToken cancel = default) => _store.StandingsAsync(id, cancel);

    /// <param name="rule">0: of all rules.</param>
    public Task<IReadOnlyList<RuleFiring>> FiringsAsync(int rule, int days, int limit = 100, CancellationToken cancel = default) => _store.FiringsAsync(rule, _clock.Now.AddDays(-days), limit, cancel);

    /// <summary>How often in the last days what held a rule back.</summary>
    public Task<IReadOnlyDictionary<string, long>> HoldsAsync(int id, int days, CancellationToken cancel = default) => _store.HoldsAsync(id, _clock.Now.AddDays(-days), cancel);

    /// <summary>The effect its firings have had; null until three have been measured.</summary>
    public Task<EffectEstimate?> EffectAsync(int id, CancellationToken cancel = default) => _effects.PredictAsync(id, cancel);

    /// <summary>A figure now, for those who build a rule on it.</summary>
    public async Task<KpiReading?> ReadAsync(KpiName kpi, CancellationToken cancel = default) =>
        kpi.ObjectId != RuleDefinition.Each && Catalog.Find(kpi) is { } known && known.OfObject == kpi.ObjectId is not null ? await Catalog.Source(kpi.Source)!.ReadAsync(kpi, _clock.Now, cancel) : null;

    public IReadOnlyList<DefinitionProblem> Check(string name, RuleDefinition definition) => DefinitionCheck.Check(name, definition, Catalog);

    public Task<BackTestResult> BackTestAsync(RuleDefinition definition, TimeRange range, CancellationToken cancel = default) => _backTest.RunAsync(definition, range, cancel);

    public async Task<RuleSaved> CreateAsync(string name, RuleDefinition definition, CancellationToken cancel = default)
    {
        if (Check(name, definition) is { Count: > 0 } problems) return new RuleSaved(null, problems);
        var id = await _store.AddAsync(name.Trim(), DefinitionJson.Write(definition), _clock.Now, cancel);
        await _audit.RecordAsync(new AuditEntry("rule.created", Target(id)), cancel);
        return new RuleSaved(await FindAsync(id, cancel), []);
    }

    /// <param name="before">The rule as it was when editing began: a save by somebody else meanwhile is not overwritten.</param>
    public async Task<RuleSaved> SaveAsync(FeedbackRule before, string name, RuleDefinition definition, CancellationToken cancel = default)
    {
        if (Check(name, definition) is { Count: > 0 } problems) return new RuleSaved(null, problems);
        if (!await _store.SaveAsync(before, name.Trim(), DefinitionJson.Write(definition), _clock.Now, cancel)) return new RuleSaved(null, [new("", "ChangedMeanwhile", before.Name)]);
        _engine.Invalidate();
        await _audit.RecordAsync(new AuditEntry("rule.changed", Target(before.Id)), cancel);
        return new RuleSaved(await FindAsync(before.Id, cancel), []);
    }

    /// <summary>Switches a rule. It goes live only from shadow, so that it has been seen on paper first.</summary>
    /// <returns>Null, or why not: a resource key of the pages.</returns>
    public async Task<string?> SetStatusAsync(FeedbackRule rule, string status, CancellationToken cancel = default)
    {
        if (status == FeedbackRule.Live && rule.Status != FeedbackRule.Shadow) return "ShadowFirst";
        if (status != FeedbackRule.Archived && Check(rule.Name, rule.Read()).Count > 0) return "NoLongerValid";
        await _store.SetStatusAsync(rule.Id, status, null, _clock.Now, cancel);
        _engine.Invalidate();
        await _audit.RecordAsync(new AuditEntry("rule." + status, Target(rule.Id), JsonSerializer.Serialize(new { before = rule.Status, after = status })), cancel);
        Changed.Raise();
        return null;
    }

    private static string Target(int id) => "rule:" + id.ToString(CultureInfo.InvariantCulture);
}
