using System.Text.Json;
using BehaviorDashboard.Contracts;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>One line of the ledger: something done to the shop, or to be done, by a rule or by hand.</summary>
/// <param name="FiringId">The firing it belongs to; null for what a person did.</param>
/// <param name="Status">shadow (only on paper), waiting (for approval), declined, queued, running, done, refused (by the target), failed, undone.</param>
/// <param name="BeforeState">Small JSON of what it changed, as it was.</param>
public sealed record LedgerAction(string Id, string? FiringId, int Step, string Cause, string Target, string Action, string? ObjectId, string Parameters, string Status, int Attempts, string BeforeState, string AfterState,
    string? Refusal, DateTimeOffset RequestedAt, DateTimeOffset? DoneAt, DateTimeOffset? UndoneAt, string? UndoneBy, DateTimeOffset? SeenAt, string? SeenBy)
{
    public const string Waiting = "waiting";
    public const string Queued = "queued";
    public const string Done = "done";

    public ActionRequest Request() => new(Id, Target, Action, ObjectId, JsonSerializer.Deserialize<Dictionary<string, string>>(Parameters) ?? [], Cause);

    public ActionOutcome Outcome() => new(BeforeState, AfterState, Refusal);
}

/// <summary>What somebody wrote beside a line of the ledger.</summary>
public sealed record LedgerComment(string Id, string ActionId, DateTimeOffset WrittenAt, string WrittenBy, string Body);

/// <summary>What of the ledger to show; null: all.</summary>
/// <param name="Rule">Lines of this rule only; 0: lines of all, by hand too.</param>
public sealed record LedgerFilter(string? Target = null, string? ObjectId = null, int Rule = 0, string? Status = null, DateTimeOffset? Before = null);
