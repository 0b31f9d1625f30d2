using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Recommendations;

/// <summary>What people have decided, as every request needs it.</summary>
internal sealed record Decided(IReadOnlyList<Strategy> Strategies, IReadOnlyList<Override> Overrides, IReadOnlyList<Experiment> Experiments)
{
    public Strategy Default => Strategies.First(s => s.IsDefault);

    public Strategy? Find(int id) => Strategies.FirstOrDefault(s => s.Id == id);
}

/// <summary>
/// Strategies, decisions about single products, and tests: read into memory, changed through here with an entry in the audit
/// log. Another node's change is seen when it tells of it, at the latest within <see cref="Remembered"/>.
/// </summary>
public sealed class PolicyBook : IDisposable
{
    private const string StandardName = "Standard";
    private const int MaxText = 200;
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(15);

    private readonly RecommendationStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private (Decided Decided, DateTimeOffset Until)? _known;

    internal PolicyBook(RecommendationStore store, TimeProvider time, ILogger<Signal> signalLogger)
    {
        (_store, _time) = (store, time);
        Changed = new Signal(time, signalLogger);
    }

    /// <summary>Somebody changed a strategy, a decision or a test.</summary>
    public Signal Changed { get; }

    public void Dispose() => _reading.Dispose();

    /// <summary>The next reader asks the store.</summary>
    internal void Forget() => _known = null;

    internal async ValueTask<Decided> ReadAsync(CancellationToken cancel = default)
    {
        if (_known is { } known && known.Until > _time.GetUtcNow()) return known.Decided;
        await _reading.WaitAsync(cancel);
        try
        {
            if (_known is { } meanwhile && meanwhile.Until > _time.GetUtcNow()) return meanwhile.Decided;
            var now = _time.GetUtcNow();
            var strategies = await _store.StrategiesAsync(cancel);
            if (!strategies.Any(s => s.IsDefault))
            {
                await _store.AddStrategyAsync(StandardName, new RankingPolicy(), isDefault: true, now, cancel);
                strategies = await _store.StrategiesAsync(cancel);
            }
            var decided = new Decided(strategies, await _store.OverridesAsync(now, cancel), await _store.ExperimentsAsync(cancel));
            _known = (decided, now + Remembered);
            return decided;
        }
        finally
        {
            _reading.Release();
        }
    }

    public async Task<IReadOnlyList<Strategy>> StrategiesAsync(CancellationToken cancel = default) => (await ReadAsync(cancel)).Strategies;

    public async Task<IReadOnlyList<Override>> OverridesAsync(CancellationToken cancel = default) => [.. (await ReadAsync(cancel)).Overrides.Where(o => o.ExpiresAt is null || o.ExpiresAt > _time.GetUtcNow())];

    public async Task<IReadOnlyList<Experiment>> ExperimentsAsync(CancellationToken cancel = default) => (await ReadAsync(cancel)).Experiments;

    /// <returns>The new strategy's id, or what is wrong.</returns>
    public async Task<(int? Id, IReadOnlyList<string> Problems)> AddStrategyAsync(string name, RankingPolicy policy, IAuditLog audit, CancellationToken cancel = default)
    {
        if (Check(name, policy) is { Count: > 0 } problems) return (null, problems);
        var id = await _store.AddStrategyAsync(name.Trim(), policy, isDefault: false, _time.GetUtcNow(), cancel);
        await ToldAsync(audit, "strategy.created", $"strategy:{id}", policy);
        return (id, []);
    }

    /// <returns>What is wrong; empty when it is saved. Somebody else's change since is a problem, not overwritten.</returns>
    public async Task<IReadOnlyList<string>> SaveStrategyAsync(Strategy before, string name, RankingPolicy policy, IAuditLog audit, CancellationToken cancel = default)
    {
        if (Check(name, policy) is { Count: > 0 } problems) return problems;
        if (!await _store.SaveStrategyAsync(before, name.Trim(), policy, _time.GetUtcNow(), cancel)) return ["Somebody changed this strategy since it was opened."];
        await ToldAsync(audit, "strategy.changed", $"strategy:{before.Id}", new { before = before.Policy, after = policy });
        return [];
    }

    /// <summary>The strategy in use wherever no test decides.</summary>
    public async Task UseStrategyAsync(int id, IAuditLog audit, CancellationToken cancel = default)
    {
        if ((await ReadAsync(cancel)).Find(id) is null) return;
        await _store.UseStrategyAsync(id, cancel);
        await ToldAsync(audit, "strategy.used", $"strategy:{id}", null);
    }

    /// <returns>The decision's id, or what is wrong.</returns>
    public async Task<(int? Id, string? Problem)> AddOverrideAsync(Override decided, IAuditLog audit, CancellationToken cancel = default)
    {
        if (Problem(decided) is { } problem) return (null, problem);
        var id = await _store.AddOverrideAsync(decided with { CreatedAt = _time.GetUtcNow(), Reason = decided.Reason.Trim() }, cancel);
        await ToldAsync(audit, $"recommendation.{decided.Kind}", decided.ProductId is { } product ? $"product:{product}" : $"category:{decided.Category}", new { decided.Reason, decided.Factor, decided.ExpiresAt, decided.Placement, decided.Cause });
        return (id, null);
    }

    /// <returns>False when there is none, or it had ended.</returns>
    public async Task<bool> EndOverrideAsync(int id, IAuditLog audit, CancellationToken cancel = default)
    {
        if (!await _store.EndOverrideAsync(id, _time.GetUtcNow(), cancel)) return false;
        await ToldAsync(audit, "recommendation.decision.ended", $"decision:{id}", null);
        return true;
    }

    /// <returns>The test's id, or what is wrong.</returns>
    public async Task<(int? Id, string? Problem)> StartExperimentAsync(Experiment experiment, IAuditLog audit, CancellationToken cancel = default)
    {
        var decided = await ReadAsync(cancel);
        var problem = experiment.Name.Trim().Length is 0 or > MaxText ? "A name of 1 to 200 characters is needed."
            : experiment.ControlId == experiment.ChallengerId ? "Two different strategies are needed."
            : decided.Find(experiment.ControlId) is null || decided.Find(experiment.ChallengerId) is null ? "There is no such strategy."
            : experiment.Share is not (>= 0.05 and <= 0.95) ? "The challenger's share is between 0.05 and 0.95."
            : experiment.Placement is { } placement && !RecommendationRequest.IsPlacement(placement) ? "A placement has small letters, digits, dash and underscore, at most 40."
            : decided.Experiments.Any(e => e.IsRunning && (e.Placement is null || experiment.Placement is null || e.Placement == experiment.Placement)) ? "A test is running on this placement already."
            : null;
        if (problem is not null) return (null, problem);
        var id = await _store.AddExperimentAsync(experiment with { Name = experiment.Name.Trim(), StartedAt = _time.GetUtcNow(), EndedAt = null }, cancel);
        await ToldAsync(audit, "recommendation.test.started", $"test:{id}", new { experiment.Name, experiment.Share });
        return (id, null);
    }

    public async Task<bool> EndExperimentAsync(int id, IAuditLog audit, CancellationToken cancel = default)
    {
        if (!await _store.EndExperimentAsync(id, _time.GetUtcNow(), cancel)) return false;
        await ToldAsync(audit, "recommendation.test.ended", $"test:{id}", null);
        return true;
    }

    private async Task ToldAsync(IAuditLog audit, string action, string target, object? detail)
    {
        _known = null;
        Changed.Raise();
        await audit.RecordAsync(new AuditEntry(action, target, detail is null ? null : JsonSerializer.Serialize(detail, JsonSerializerOptions.Web)), CancellationToken.None);
    }

    private static List<string> Check(string name, RankingPolicy policy) =>
        [.. name.Trim().Length is 0 or > MaxText ? ["A name of 1 to 200 characters is needed."] : Array.Empty<string>(), .. policy.Problems()];

    private string? Problem(Override decided) =>
        !Override.Kinds.Contains(decided.Kind) ? $"The kind is one of {string.Join(", ", Override.Kinds)}."
        : string.IsNullOrWhiteSpace(decided.ProductId) == string.IsNullOrWhiteSpace(decided.Category) ? "Name a product or a category, not both."
        : decided is { Kind: Override.Pin, ProductId: null } ? "Only a product can be pinned."
        : (decided.ProductId ?? decided.Category)!.Length > 255 ? "The product or category is longer than 255 characters."
        : decided.Reason.Trim().Length is 0 or > MaxText ? "A reason of 1 to 200 characters is needed."
        : decided.Kind == Override.Demote && decided.Factor is not (>= 0 and < 1) ? "What demotes multiplies the score by 0 to less than 1."
        : decided.Placement is { } placement && !RecommendationRequest.IsPlacement(placement) ? "A placement has small letters, digits, dash and underscore, at most 40."
        : decided.ExpiresAt <= _time.GetUtcNow() ? "It would have expired already."
        : null;
}
