namespace BehaviorDashboard.Campaigns;

/// <summary>Channels in which the other side asks: a file for another tool, and messages shown on the shop's own pages.</summary>
internal sealed class HandOver(CampaignStore campaigns, OutboxStore outbox, MessageWriter writer, DeliveryService delivery, StockThrottle throttle, TimeProvider time)
{
    /// <summary>People of one file.</summary>
    private const int Most = 100_000;

    /// <summary>Everything that is due and not yet handed over, as far as the campaign's unit budget is enough for it.</summary>
    public async Task<IReadOnlyList<object?[]>> TakeAsync(Campaign campaign, CancellationToken cancel)
    {
        // Handing over is one large step: what was sold until this moment counts, and so does this file before the next.
        await throttle.FollowAsync(campaign, cancel);
        campaign = await campaigns.FindAsync(campaign.Id, cancel) ?? campaign;
        var spec = campaign.Read();
        var room = Math.Min(Most, throttle.Room(campaign.Id, spec));
        var claimed = room == 0 ? [] : await outbox.ClaimAsync([campaign.Id], room, time.GetUtcNow(), cancel);
        if (claimed.Count == 0) return [];
        var handed = await delivery.DeliverAsync(campaign, spec, claimed, AllSentAsync, cancel);
        delivery.Changed.Raise();
        return [.. handed.Select(h => Row(h.Message, h.Text))];
    }

    /// <summary>What the file before held, for whom its download broke off.</summary>
    public async Task<IReadOnlyList<object?[]>> LastAsync(Campaign campaign, CancellationToken cancel)
    {
        var (spec, rows) = (campaign.Read(), new List<object?[]>());
        foreach (var message in await outbox.LastHandedAsync(campaign.Id, cancel)) rows.Add(Row(message, await writer.WriteAsync(spec, message, cancel)));
        return rows;
    }

    /// <summary>Messages due for a visitor; each is given once.</summary>
    public async Task<IReadOnlyList<object>> ShowAsync(string user, CancellationToken cancel)
    {
        var live = (await campaigns.AllAsync(cancel)).Where(c => c.Status == CampaignStatus.Live).Select(c => (Campaign: c, Spec: c.Read())).Where(c => c.Spec.Channel == Channels.Onsite && !throttle.Holds(c.Campaign.Id, c.Spec)).ToDictionary(c => c.Campaign.Id);
        if (live.Count == 0) return [];
        var claimed = await outbox.ClaimForAsync(user, [.. live.Keys], time.GetUtcNow(), cancel);
        var shown = new List<object>();
        foreach (var messages in claimed.GroupBy(m => m.CampaignId))
        {
            var (campaign, spec) = live[messages.Key];
            foreach (var (m, text) in await delivery.DeliverAsync(campaign, spec, [.. messages], AllSentAsync, cancel))
                shown.Add(new { id = m.Id, campaign_id = PublicLinks.Reference(campaign.Id, spec), version = m.Arm, title = text.Subject, body = text.Body, priority = spec.Priority });
        }
        if (claimed.Count > 0) delivery.Changed.Raise();
        return shown;
    }

    private static Task<IReadOnlyList<Handover>> AllSentAsync(IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)> texts) => Task.FromResult<IReadOnlyList<Handover>>([.. texts.Select(_ => Handover.Sent)]);

    private static object?[] Row(OutboxMessage m, RenderedMessage text) => [m.Id, m.Person, m.Email, m.Arm, m.Step, text.Subject, text.Body];
}
