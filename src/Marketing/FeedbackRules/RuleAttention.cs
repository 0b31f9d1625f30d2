using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules.Pages;
using BehaviorDashboard.Ids;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Firings that wait for approval, rules the product put back into shadow, and what rules told today.</summary>
internal sealed class RuleAttention(RuleStore rules, IProductCatalog catalog, ShopClock clock, IStringLocalizer<RulesText> text) : IAttentionSource
{
    public async Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default)
    {
        var items = new List<AttentionItem>();
        var waiting = await rules.WaitingAsync(limit, cancel);
        var titles = await catalog.TitlesAsync([.. waiting.Select(f => f.ObjectId).Where(id => id.Length > 0).Distinct()], cancel);
        foreach (var firing in waiting)
            items.Add(new AttentionItem(AttentionKind.Decide, text["Attention.Waiting", firing.RuleName], titles.GetValueOrDefault(firing.ObjectId), $"rules/ledger?firing={Uri.EscapeDataString(firing.Id)}", Access.EditRules, null, firing.FiredAt));
        foreach (var rule in (await rules.AllAsync(cancel)).Where(r => r is { Reason: not null, Status: FeedbackRule.Shadow }))
            items.Add(new AttentionItem(AttentionKind.Wrong, text["Attention.Shadowed", rule.Name], null, "rules/" + rule.Id.ToString(CultureInfo.InvariantCulture), Access.EditRules, null, rule.UpdatedAt));
        foreach (var notice in await rules.NoticesAsync(clock.Now.AddDays(-1), limit, cancel))
            items.Add(new AttentionItem(AttentionKind.Know, notice.Subject, null, $"rules/ledger?firing={Uri.EscapeDataString(notice.FiringId)}", Access.ViewKpis, null, notice.ToldAt));
        return items;
    }
}
