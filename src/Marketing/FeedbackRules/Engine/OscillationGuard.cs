using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>
/// Puts rules back into shadow that work against each other or against themselves: two that undo one another's work on one
/// object, or one that turns the same object back and forth.
/// </summary>
internal sealed class OscillationGuard(RuleStore rules, LedgerStore ledger, RuleEngine engine, IAuditLog audit, ShopClock clock)
{
    private const int Turns = 3;
    private static readonly TimeSpan Within = TimeSpan.FromHours(24);

    /// <summary>Looks at what was done to the object of an action just done.</summary>
    public async Task CheckAsync(LedgerAction action, CancellationToken cancel)
    {
        if (action.ObjectId is null) return;
        var latest = (await ledger.LatestAsync(action.Target, action.ObjectId, clock.Now - Within, Turns + 1, cancel)).Where(a => a.Status == LedgerAction.Done).ToList();
        if (latest.Count <= Turns) return;
        // Newest first: each put back what the one before it had changed.
        for (var i = 0; i < Turns; i++)
            if (latest[i].AfterState != latest[i + 1].BeforeState || latest[i].BeforeState != latest[i + 1].AfterState) return;
        var involved = latest.Select(a => RuleOf(a.Cause)).OfType<int>().Distinct().Order().ToList();
        foreach (var id in involved)
        {
            if (await rules.FindAsync(id, cancel) is not { Status: FeedbackRule.Live } rule) continue;
            var others = string.Join(", ", involved.Where(o => o != id).Select(o => o.ToString(CultureInfo.InvariantCulture)));
            var reason = $"{(others.Length > 0 ? "conflict:" + others : "oscillation")}|{action.Target}:{action.ObjectId}";
            await rules.SetStatusAsync(id, FeedbackRule.Shadow, reason, clock.Now, cancel);
            await audit.RecordAsync(new AuditEntry("rule.shadowed", $"rule:{id}", $"{{\"reason\":\"{reason}\"}}"), cancel);
        }
        engine.Invalidate();
    }

    /// <summary>The rule of a cause such as <c>rule:7@3</c>.</summary>
    internal static int? RuleOf(string cause) =>
        cause.StartsWith("rule:", StringComparison.Ordinal) && int.TryParse(cause.AsSpan(5, cause.IndexOf('@', StringComparison.Ordinal) - 5), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
