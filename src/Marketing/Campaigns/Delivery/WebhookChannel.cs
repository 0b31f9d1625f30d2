using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Webhooks;

namespace BehaviorDashboard.Campaigns;

/// <summary>Signed webhooks: each message goes into the webhooks' own outbox, which delivers it until it has arrived; the receiver knows a repeated one by its id.</summary>
internal sealed class WebhookChannel(Database database, WebhookService webhooks, TimeProvider time) : IChannel
{
    public string Channel => Channels.Webhook;

    public string? Missing => null;

    public static string Owner(int campaign) => "campaign:" + campaign.ToString(CultureInfo.InvariantCulture);

    public async Task<IReadOnlyList<Handover>> SendAsync(Campaign campaign, IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)> messages, CancellationToken cancel)
    {
        if ((await webhooks.EndpointsAsync(Owner(campaign.Id), cancel)).All(e => e.StoppedAt is not null)) return [.. messages.Select(_ => new Handover("waiting", "no_receiver"))];
        await database.WriteAsync(async session =>
        {
            foreach (var (message, text) in messages)
            {
                var body = new
                {
                    type = "campaign.message", timestamp = time.GetUtcNow(),
                    data = new { id = message.Id, campaign = new { id = campaign.Id, name = campaign.Name }, user_id = message.Person, version = message.Arm, step = message.Step, subject = text.Subject, body = text.Body },
                };
                await webhooks.EnqueueAsync(session, Owner(campaign.Id), new WebhookMessage("campaign.message", JsonSerializer.Serialize(body)));
            }
        }, cancel);
        webhooks.Changed.Raise();
        return [.. messages.Select(_ => Handover.Sent)];
    }
}
