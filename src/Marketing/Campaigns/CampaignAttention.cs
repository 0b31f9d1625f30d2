using BehaviorDashboard.Campaigns.Pages;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Campaigns;

/// <summary>Live campaigns that lose money for sure, and those the product itself has paused.</summary>
internal sealed class CampaignAttention(CampaignStore store, EffectService effects, IStringLocalizer<CampaignsText> text) : IAttentionSource
{
    public async Task<IReadOnlyList<AttentionItem>> FindAsync(int limit, CancellationToken cancel = default)
    {
        var items = new List<AttentionItem>();
        foreach (var campaign in (await store.AllAsync(cancel)).Where(c => !c.Archived && c.Status is CampaignStatus.Live or CampaignStatus.Paused))
        {
            var href = "campaigns/" + campaign.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (campaign is { Status: CampaignStatus.Paused, Stopped: { Length: > 0 } }) items.Add(new AttentionItem(AttentionKind.Wrong, text["Attention.Stopped", campaign.Name], null, href, Access.EditCampaigns, null, campaign.UpdatedAt));
            else if ((await effects.LooksAsync(campaign.Id, 1, cancel)) is [.., { Revenue: { Verdict: Verdict.Hurts } revenue } last])
                items.Add(new AttentionItem(AttentionKind.Wrong, text["Attention.Hurts", campaign.Name], null, href, Access.EditCampaigns, (decimal)Math.Abs(revenue.Total.Value), last.LookedAt));
        }
        return [.. items.Take(limit)];
    }
}
