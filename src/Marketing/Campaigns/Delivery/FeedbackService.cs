using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Campaigns;

/// <summary>What people and mail providers answer: leaving, openings, clicks, bounces, complaints. Each is an event with the campaign's id, stored once.</summary>
internal sealed class FeedbackService(CampaignStore campaigns, EventWriter events, OutboxStore outbox, IAuditLog audit, TimeProvider time)
{
    /// <param name="reason">bounced, complained or unsubscribed.</param>
    /// <returns>False when nobody is named.</returns>
    public async Task<bool> TakeAsync(string reason, string? messageId, string? user, CancellationToken cancel)
    {
        // Providers hand back the Message-ID header, with its domain and brackets.
        var id = messageId?.Trim('<', '>', ' ').Split('@')[0];
        var origin = id is null ? null : await outbox.OriginAsync(id, cancel);
        if (origin is null && string.IsNullOrWhiteSpace(user)) return false;
        await StopAsync(reason, new LinkOwner(origin?.Campaign ?? 0, origin?.Person ?? user!, origin?.MessageId ?? "user-" + user), cancel);
        return true;
    }

    /// <summary>Nobody is asked twice to let go: leaving holds for all campaigns, at once.</summary>
    public async Task StopAsync(string reason, LinkOwner owner, CancellationToken cancel)
    {
        await campaigns.SuppressAsync(owner.Person, reason, owner.Campaign == 0 ? null : owner.Campaign, time.GetUtcNow(), cancel);
        var name = reason switch { "unsubscribed" => CampaignEvents.Unsubscribed, "complained" => CampaignEvents.Complained, _ => CampaignEvents.Bounced };
        await events.AppendWhenRoomAsync([Event(reason + "-" + owner.MessageId, name, owner)], cancel);
        if (reason != "bounced") await events.AppendWhenRoomAsync([Withdrawn("withdrawn-" + owner.MessageId, owner)], cancel);
        await audit.RecordAsync(new AuditEntry("campaign." + reason, CampaignService.Target(owner.Campaign), PersonKey.Reference(owner.Person)), cancel);
    }

    public Task OpenedAsync(LinkOwner owner, CancellationToken cancel) => events.AppendWhenRoomAsync([Event("opened-" + owner.MessageId, CampaignEvents.Opened, owner)], cancel);

    public Task ClickedAsync(LinkOwner owner, CancellationToken cancel) =>
        events.AppendWhenRoomAsync([Event(string.Create(CultureInfo.InvariantCulture, $"clicked-{owner.MessageId}-{time.GetUtcNow().ToUnixTimeSeconds() / 60}"), CampaignEvents.Clicked, owner)], cancel);

    private ShopEvent Event(string id, string name, LinkOwner owner) => Make(id, EventTypes.Track, name, owner, null);

    private ShopEvent Withdrawn(string id, LinkOwner owner) => Make(id, EventTypes.Identify, "identify", owner, """{"emailConsent":false}""");

    private ShopEvent Make(string id, string type, string name, LinkOwner owner, string? traits) => new()
    {
        MessageId = id, ReceivedAt = time.GetUtcNow(), OccurredAt = time.GetUtcNow(), Type = type, Name = name, SourceId = "campaigns", OutsideSessions = true, Url = owner.Target, Traits = traits,
        UserId = PersonKey.IsAnonymous(owner.Person) ? null : owner.Person, AnonymousId = PersonKey.IsAnonymous(owner.Person) ? owner.Person[PersonKey.AnonymousPrefix.Length..] : null,
        CampaignId = owner.Campaign == 0 ? null : PublicLinks.Reference(owner.Campaign),
    };
}
