using BehaviorDashboard.Contracts;
using BehaviorDashboard.Quality.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Quality;

/// <summary>Events that were refused and wait to be mended or dismissed.</summary>
internal sealed class RejectAttention(RejectsStore store, IStringLocalizer<RejectsText> text) : IAttentionSource
{
    public async Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default)
    {
        var reasons = await store.CountAsync(cancel);
        return reasons.Count == 0 ? [] : [new AttentionItem(AttentionKind.Wrong, text["Attention", reasons.Sum(r => r.Count)], $"{reasons[0].Code} · {reasons[0].Field}", "data/rejects", Access.ManageData, null, reasons.Max(r => r.Latest))];
    }
}
