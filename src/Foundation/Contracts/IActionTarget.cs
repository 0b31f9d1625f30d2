namespace BehaviorDashboard.Contracts;

/// <summary>
/// Upward seam: a slice in which feedback rules, and people through the ledger, may act. Applying the same request twice is
/// applying it once; undoing puts back what was before and refuses where somebody changed it since.
/// </summary>
public interface IActionTarget
{
    /// <summary>Such as <c>campaign</c>, <c>recommendations</c>, <c>supply</c>, <c>incident</c>.</summary>
    string Target { get; }

    /// <summary>What can be done.</summary>
    IReadOnlyList<ActionKind> Actions { get; }

    /// <summary>The objects an action can be done to.</summary>
    Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default);

    /// <summary>What the action would change; nothing is changed.</summary>
    Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default);

    Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default);

    /// <param name="done">What applying the request returned.</param>
    Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default);
}

/// <summary>Something that can be done.</summary>
/// <param name="Key">Such as <c>pause</c>.</param>
/// <param name="Title">In the reader's language.</param>
/// <param name="OfObject">Whether it is done to an object.</param>
public sealed record ActionKind(string Key, Func<string> Title, bool OfObject, IReadOnlyList<ActionParameter> Parameters);

/// <summary>A number or a choice an action takes.</summary>
/// <param name="Unit">count, share, money, days, number, text or email (addresses, parted by commas).</param>
public sealed record ActionParameter(string Key, Func<string> Title, string Unit, bool Required = true);

/// <summary>An action to be done.</summary>
/// <param name="Id">Names the request: the same id again changes nothing again.</param>
/// <param name="Cause">Who or what asks, such as <c>rule:7@3</c> or <c>user:12</c>.</param>
public sealed record ActionRequest(string Id, string Target, string Action, string? ObjectId, IReadOnlyDictionary<string, string> Parameters, string Cause);

/// <summary>What an action did, or would do.</summary>
/// <param name="Before">Small JSON of what it changes, as it was.</param>
/// <param name="After">The same, as it is now.</param>
/// <param name="Refusal">Why nothing was done; null when it was.</param>
public sealed record ActionOutcome(string Before, string After, string? Refusal = null)
{
    public static ActionOutcome Refused(string reason) => new("{}", "{}", reason);
}

/// <summary>
/// Upward seam: the ledger of what was done to the shop and why. A slice records what a person did by hand; what rules do
/// is recorded by the rules. Resolved as <c>IEnumerable&lt;IActionLedger&gt;</c>: where no ledger is there, nothing is recorded.
/// </summary>
public interface IActionLedger
{
    Task RecordAsync(ActionRequest request, ActionOutcome outcome, CancellationToken cancel = default);
}
