using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Webhooks;

namespace BehaviorDashboard.Segments;

/// <summary>Tells the receivers of a segment who entered and who left.</summary>
internal sealed class SegmentHooks(WebhookService webhooks, SegmentStore segments, TimeProvider time) : IMembershipObserver
{
    /// <summary>People in one message; more are told in several.</summary>
    private const int MostPeople = 500;

    private const string Prefix = "segment:";

    private bool _told;

    public static string Owner(int segment) => Prefix + segment.ToString(CultureInfo.InvariantCulture);

    public async Task<IReadOnlyCollection<int>> WatchedAsync(Session session) =>
        [.. (await WebhookService.OwnersAsync(session)).Where(o => o.StartsWith(Prefix, StringComparison.Ordinal)).Select(o => int.Parse(o[Prefix.Length..], CultureInfo.InvariantCulture))];

    public async Task OnChangedAsync(Session session, MembershipChange change)
    {
        Interlocked.Exchange(ref _told, true);
        var name = (await segments.FindAsync(change.Segment, session.Cancel))?.Name;
        var kind = change.Entered ? "segment.entered" : "segment.left";
        foreach (var people in change.People.Order(StringComparer.Ordinal).Chunk(MostPeople))
        {
            var body = new { type = kind, timestamp = time.GetUtcNow(), data = new { segment = new { id = change.Segment, name }, people = people.Select(p => new { user_id = p }) } };
            await webhooks.EnqueueAsync(session, Owner(change.Segment), new WebhookMessage(kind, JsonSerializer.Serialize(body)) { InOrder = true });
        }
    }

    public void OnStored()
    {
        if (Interlocked.Exchange(ref _told, false)) webhooks.Changed.Raise();
    }
}
