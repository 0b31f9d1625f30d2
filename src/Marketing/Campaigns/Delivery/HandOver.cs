
namespace BehaviorDashboard.Campaigns;

/// <summary>Channels in which the other side asks: a file for another tool, and messages shown on the shop's own pages.</summary>
internal sealed class HandOver(CampaignStore campaigns, OutboxStore outbox, MessageWriter writer, DeliveryService delivery, TimeProvider time)
{
    /// <summary>Everything that is due and not yet handed over.</summary>
    public async Task<IReadOnlyList<object?[]>> TakeAsync(Campaign campaign, CancellationToken cancel)
    {
        var (spec, rows) = (campaign.Read(), new List<object?[]>());
        while (await outbox.ClaimAsync([campaign.Id], 1_000, time.GetUtcNow(), cancel) is { Count: > 0 } claimed)
        {
            foreach (var m in claimed)
            {
                var text = await writer.WriteAsync(spec, m, cancel);
                rows.Add([m.Id, m.Person, m.Email, m.Arm, m.Step, text.Subject, text.Body]);
            }
            await outbox.SettleAsync([.. claimed.Select(m => new Settled(m, "sent"))], time.GetUtcNow(), _ => Task.CompletedTask);
        }
        delivery.Changed.Raise();
        return rows;
    }

    /// <summary>Messages due for a visitor; each is given once.</summary>
    public async Task<IReadOnlyList<object>> ShowAsync(string user, CancellationToken cancel)
    {
        var live = (await campaigns.AllAsync(cancel)).Where(c => c.Status == CampaignStatus.Live).Select(c => (Campaign: c, Spec: c.Read())).Where(c => c.Spec.Channel == Channels.Onsite).ToDictionary(c => c.Campaign.Id);
        if (live.Count == 0) return [];
        var shown = new List<object>();
        foreach (var m in await outbox.ShowAsync(user, [.. live.Keys], time.GetUtcNow(), cancel))
        {
            var text = await writer.WriteAsync(live[m.CampaignId].Spec, m, cancel);
            shown.Add(new { id = m.Id, campaign_id = PublicLinks.Reference(m.CampaignId), version = m.Arm, title = text.Subject, body = text.Body, priority = live[m.CampaignId].Spec.Priority });
        }
        if (shown.Count > 0) delivery.Changed.Raise();
        return shown;
    }
}
