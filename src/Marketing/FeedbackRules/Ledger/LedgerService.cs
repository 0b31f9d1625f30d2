using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Live;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>What undoing would do, or did.</summary>
public sealed record UndoResult(LedgerAction Action, ActionOutcome Outcome);

/// <summary>The ledger as people work with it: approve, decline, undo, acknowledge, comment, follow.</summary>
public sealed class LedgerService : IActionLedger
{
    private const int LongestComment = 2_000;
    private readonly Database _database;
    private readonly LedgerStore _store;
    private readonly RuleStore _rules;
    private readonly KpiCatalog _catalog;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;

    internal LedgerService(Database database, LedgerStore store, RuleStore rules, KpiCatalog catalog, LedgerSignal changed, IAuditLog audit, TimeProvider time) =>
        (_database, _store, _rules, _catalog, Changed, _audit, _time) = (database, store, rules, catalog, changed.Changed, audit, time);

    /// <summary>A line came, or stands differently.</summary>
    public Signal Changed { get; }

    public Task<IReadOnlyList<LedgerAction>> PageAsync(LedgerFilter filter, int limit, CancellationToken cancel = default) => _store.PageAsync(filter, limit, cancel);

    public Task<IReadOnlyList<LedgerAction>> OfFiringAsync(string firing, CancellationToken cancel = default) => _store.OfFiringAsync(firing, cancel);

    public Task<IReadOnlyList<RuleFiring>> WaitingAsync(int limit = 50, CancellationToken cancel = default) => _rules.WaitingAsync(limit, cancel);

    public Task<RuleFiring?> FiringAsync(string id, CancellationToken cancel = default) => _rules.FiringAsync(id, cancel);

    public Task<IReadOnlyList<LedgerComment>> CommentsAsync(IEnumerable<string> actions, CancellationToken cancel = default) => _store.CommentsAsync(actions, cancel);

    public Task<IReadOnlySet<(string Target, string ObjectId)>> FollowsAsync(string who, CancellationToken cancel = default) => _store.FollowsAsync(who, cancel);

    public Task<IReadOnlyList<Notice>> NoticesAsync(int days = 30, int limit = 50, CancellationToken cancel = default) => _rules.NoticesAsync(_time.GetUtcNow().AddDays(-days), limit, cancel);

    /// <summary>Lets everything a firing asks for be done.</summary>
    /// <returns>False when it was decided already.</returns>
    public Task<bool> ApproveAsync(RuleFiring firing, string who, CancellationToken cancel = default) => DecideAsync(firing, "approved", LedgerAction.Queued, who, cancel);

    public Task<bool> DeclineAsync(RuleFiring firing, string who, CancellationToken cancel = default) => DecideAsync(firing, "declined", "declined", who, cancel);

    /// <summary>What undoing a firing would change, last action first.</summary>
    public async Task<IReadOnlyList<LedgerAction>> UndoableAsync(string firing, CancellationToken cancel = default) =>
        [.. (await _store.OfFiringAsync(firing, cancel)).Where(a => a.Status == LedgerAction.Done).OrderByDescending(a => a.Step)];

    /// <summary>Undoes everything a firing did, last action first. What the target refuses stays done and says why.</summary>
    public async Task<IReadOnlyList<UndoResult>> UndoFiringAsync(string firing, string who, CancellationToken cancel = default)
    {
        var results = new List<UndoResult>();
        foreach (var action in await UndoableAsync(firing, cancel)) results.Add(await UndoAsync(action, who, cancel));
        if (results.Count > 0 && results.All(r => r.Outcome.Refusal is null))
            await _database.WriteAsync(session => RuleStore.DecideAsync(session, firing, "undone", who, _time.GetUtcNow(), "approved"), cancel);
        Changed.Raise();
        return results;
    }

    /// <summary>Undoes one line. Undoing twice is undoing once.</summary>
    public async Task<UndoResult> UndoAsync(LedgerAction action, string who, CancellationToken cancel = default)
    {
        if (action.Status != LedgerAction.Done) return new UndoResult(action, ActionOutcome.Refused($"{action.Status}: nothing to undo"));
        if (_catalog.Target(action.Target) is not { } target) return new UndoResult(action, ActionOutcome.Refused($"nothing here acts on {action.Target}"));
        var outcome = await target.UndoAsync(action.Request(), action.Outcome(), cancel);
        if (outcome.Refusal is null)
        {
            await _store.UndoneAsync(action.Id, who, _time.GetUtcNow(), cancel);
            await _audit.RecordAsync(new AuditEntry("action.undone", action.Id, JsonSerializer.Serialize(new { action.Target, action.Action, action.ObjectId })), cancel);
        }
        Changed.Raise();
        return new UndoResult(action, outcome);
    }

    public async Task SeeAsync(string id, string who, CancellationToken cancel = default)
    {
        await _store.SeeAsync(id, who, _time.GetUtcNow(), cancel);
        Changed.Raise();
    }

    public async Task CommentAsync(string id, string who, string text, CancellationToken cancel = default)
    {
        var body = text.Trim();
        if (body.Length == 0) return;
        var now = _time.GetUtcNow();
        await _store.CommentAsync(new LedgerComment(Guid.CreateVersion7(now).ToString("N"), id, now, who, body.Length > LongestComment ? body[..LongestComment] : body), cancel);
        Changed.Raise();
    }

    public async Task FollowAsync(string who, string target, string objectId, bool on, CancellationToken cancel = default)
    {
        await _store.FollowAsync(who, target, objectId, on, cancel);
        Changed.Raise();
    }

    /// <summary>Records what a person did by hand in another slice.</summary>
    public async Task RecordAsync(ActionRequest request, ActionOutcome outcome, CancellationToken cancel = default)
    {
        var now = _time.GetUtcNow();
        await _store.AddAsync(Line(request, outcome.Refusal is null ? LedgerAction.Done : "refused", now) with { BeforeState = outcome.Before, AfterState = outcome.After, Refusal = outcome.Refusal, DoneAt = now }, cancel);
        Changed.Raise();
    }

    internal static LedgerAction Line(ActionRequest request, string status, DateTimeOffset at) => new(request.Id, null, 0, request.Cause, request.Target, request.Action, request.ObjectId,
        JsonSerializer.Serialize(request.Parameters), status, 0, "{}", "{}", null, at, null, null, null, null, null);

    private async Task<bool> DecideAsync(RuleFiring firing, string status, string actions, string who, CancellationToken cancel)
    {
        var decided = await _database.WriteAsync(async session =>
        {
            if (!await RuleStore.DecideAsync(session, firing.Id, status, who, _time.GetUtcNow(), "waiting")) return false;
            await LedgerStore.MoveAsync(session, firing.Id, LedgerAction.Waiting, actions);
            return true;
        }, cancel);
        if (decided) await _audit.RecordAsync(new AuditEntry("firing." + status, firing.Id, JsonSerializer.Serialize(new { firing.RuleName, firing.ObjectId })), cancel);
        Changed.Raise();
        return decided;
    }
}

/// <summary>One signal for all who change the ledger.</summary>
internal sealed class LedgerSignal(TimeProvider time, ILogger<Signal> logger)
{
    public Signal Changed { get; } = new(time, logger);
}
