using System.Globalization;
using System.Security.Cryptography;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using Fluid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>
/// Empties the outbox: claims a handful, writes each message for its person, hands it over, and stores what became of it
/// together with the message that follows. A claimed message is handed over at most once, whatever happens to the process.
/// </summary>
public sealed class DeliveryService
{
    /// <summary>After this a claim belongs to a process that is gone; longer than any hand-over may take.</summary>
    private static readonly TimeSpan Orphaned = TimeSpan.FromMinutes(3);

    private const string Split = "split";

    private readonly CampaignStore _campaigns;
    private readonly OutboxStore _outbox;
    private readonly MessageWriter _writer;
    private readonly IReadOnlyList<IChannel> _channels;
    private readonly Exclusions _exclusions;
    private readonly StockThrottle _throttle;
    private readonly EventWriter _events;
    private readonly CampaignsOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, SendRate> _rates;

    internal DeliveryService(CampaignStore campaigns, OutboxStore outbox, MessageWriter writer, IEnumerable<IChannel> channels, Exclusions exclusions, StockThrottle throttle, EventWriter events, IOptions<CampaignsOptions> options, Node node, TimeProvider time, ILogger<Signal> logger)
    {
        (_campaigns, _outbox, _writer, _channels, _exclusions, _throttle, _events, _options, _time) = (campaigns, outbox, writer, [.. channels], exclusions, throttle, events, options.Value, time);
        _rates = _channels.ToDictionary(c => c.Channel, c => new SendRate(c.Channel == Channels.Email ? _options.MailsPerSecond : _options.MessagesPerSecond, node, time));
        Changed = new Signal(time, logger);
    }

    /// <summary>Messages were settled.</summary>
    public Signal Changed { get; }

    /// <summary>Why a channel cannot send here: a resource key below <c>Problem.</c>.</summary>
    public string? Missing(string channel) => _channels.FirstOrDefault(c => c.Channel == channel)?.Missing;

    /// <summary>Whether e-mails stay on this machine.</summary>
    public bool LocalOutbox => _channels.OfType<SmtpChannel>().Any(c => c.StaysHere);

    /// <summary>What a process that is gone had in its hands.</summary>
    public Task<int> AdoptAsync(CancellationToken cancel = default) => _outbox.OrphansAsync(_time.GetUtcNow() - Orphaned, cancel);

    /// <summary>One handful of every channel.</summary>
    /// <returns>Messages settled.</returns>
    public async Task<int> SendDueAsync(CancellationToken cancel = default)
    {
        var live = (await _campaigns.AllAsync(cancel)).Where(c => c.Status == CampaignStatus.Live).Select(c => (Campaign: c, Spec: c.Read())).ToDictionary(c => c.Campaign.Id);
        var settled = 0;
        foreach (var channel in _channels.Where(c => c.Missing is null))
        {
            var mine = live.Values.Where(c => c.Spec.Channel == channel.Channel && !_throttle.Holds(c.Campaign.Id, c.Spec)).OrderByDescending(c => c.Spec.Priority).Select(c => c.Campaign.Id).ToList();
            var room = _rates[channel.Channel].Room(_options.AtOnce);
            if (mine.Count == 0 || room == 0) continue;
            var claimed = await _outbox.ClaimAsync(mine, room, _time.GetUtcNow(), cancel);
            _rates[channel.Channel].Take(claimed.Count);
            foreach (var messages in claimed.GroupBy(m => m.CampaignId)) await DeliverAsync(live[messages.Key].Campaign, live[messages.Key].Spec, [.. messages], texts => channel.SendAsync(live[messages.Key].Campaign, texts, cancel), cancel);
            settled += claimed.Count;
        }
        if (settled > 0) Changed.Raise();
        return settled;
    }

    /// <summary>Leaves out who withdrew since the freeze, writes the others' messages, hands them over, and stores what became of each.</summary>
    /// <param name="hand">Answers stand in the order of what it is given.</param>
    /// <returns>What was handed over.</returns>
    internal async Task<IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)>> DeliverAsync(Campaign campaign, CampaignSpec spec, IReadOnlyList<OutboxMessage> messages,
        Func<IReadOnlyList<(OutboxMessage Message, RenderedMessage Text)>, Task<IReadOnlyList<Handover>>> hand, CancellationToken cancel)
    {
        var exit = spec.Schedule.ExitOn is { Length: > 0 } name
            ? await _outbox.ExitsAsync(messages, name, _time.GetUtcNow().AddDays(-90), TimeSpan.FromHours(spec.Schedule.WaitHours), _time.GetUtcNow(), cancel) : new HashSet<string>();
        var alone = await _exclusions.OfAsync(spec, cancel);
        var others = await SplitOffAsync(spec, messages, cancel);
        var (settled, texts) = (new List<Settled>(), new List<(OutboxMessage, RenderedMessage)>());
        foreach (var message in messages)
        {
            if (message.Suppressed is { } reason) settled.Add(new Settled(message, "skipped", reason));
            else if (alone.TryGetValue(message.Person, out var why)) settled.Add(new Settled(message, "skipped", why));
            else if (exit.Contains(message.Id)) settled.Add(new Settled(message, "skipped", "exit"));
            else if (others.Contains(message.Id)) settled.Add(new Settled(message, "skipped", Split));
            else if (spec.Channel == Channels.Email && message.Email is null) settled.Add(new Settled(message, "skipped", "no_address"));
            else if (!spec.Allows(message.MayWrite, message.MayPersonalise)) settled.Add(new Settled(message, "skipped", "no_consent"));
            else if (await TryWriteAsync(spec, message, cancel) is { } text) texts.Add((message, text));
            else settled.Add(new Settled(message, "failed", "template"));
        }
        var answers = texts.Count == 0 ? [] : await hand(texts);
        settled.AddRange(texts.Zip(answers, (t, a) => Outcome(t.Item1, a)));
        var sent = settled.Where(s => s.State == "sent").Select(s => s.Message).ToList();
        if (sent.Count > 0) await _events.AppendWhenRoomAsync([.. sent.Select(m => Delivered(campaign, spec, m))], CancellationToken.None);
        var next = Follow(spec, [.. settled.Where(s => s.State == "sent" || s.Problem == Split).Select(s => s.Message)]);
        await _outbox.SettleAsync(settled, _time.GetUtcNow(), async session =>
        {
            foreach (var (step, people) in next) await AudienceStore.AddMessagesAsync(session, campaign.Id, people, step);
        });
        foreach (var bounced in settled.Where(s => s is { State: "failed", Problem: "bounced" })) await _campaigns.SuppressAsync(bounced.Message.Person, "bounced", campaign.Id, _time.GetUtcNow(), CancellationToken.None);
        var handed = sent.ToHashSet();
        return [.. texts.Where(t => handed.Contains(t.Item1))];
    }

    private async Task<RenderedMessage?> TryWriteAsync(CampaignSpec spec, OutboxMessage message, CancellationToken cancel)
    {
        try
        {
            return await _writer.WriteAsync(spec, message, cancel);
        }
        catch (Exception broken) when (broken is FluidException or InvalidOperationException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Twice as long each time, less up to half of it by chance.</summary>
    private Settled Outcome(OutboxMessage message, Handover answer)
    {
        if (answer.State != "waiting") return new Settled(message, answer.State, answer.Problem);
        if (message.Attempts >= _options.Attempts) return new Settled(message, "failed", answer.Problem);
        var wait = Math.Min(6 * 3_600, _options.FirstWaitSeconds * Math.Pow(2, message.Attempts - 1)) * (0.5 + RandomNumberGenerator.GetInt32(500_001) / 1_000_000.0);
        return new Settled(message, "waiting", answer.Problem, _time.GetUtcNow().AddSeconds(wait));
    }

    /// <summary>Those whom the road of a message leaves out: they go on to the next.</summary>
    private async Task<IReadOnlySet<string>> SplitOffAsync(CampaignSpec spec, IReadOnlyList<OutboxMessage> messages, CancellationToken cancel)
    {
        var others = new HashSet<string>();
        foreach (var group in messages.Where(m => m.Step < spec.Steps.Count && spec.Steps[m.Step].Only.Length > 0).GroupBy(m => m.Step))
        {
            var did = await _outbox.DidAsync([.. group], spec.Steps[group.Key].OnlyEvent, _time.GetUtcNow(), cancel);
            others.UnionWith(group.Where(m => did.Contains(m.Id) != (spec.Steps[group.Key].Only == CampaignStep.Did)).Select(m => m.Id));
        }
        return others;
    }

    /// <summary>The message after this one, by its number.</summary>
    private IReadOnlyList<(int Step, IReadOnlyList<Taken> People)> Follow(CampaignSpec spec, IReadOnlyList<OutboxMessage> done) =>
    [
        .. done.Where(m => m.Step + 1 < spec.Steps.Count).GroupBy(m => m.Step + 1)
            .Select(g => (g.Key, (IReadOnlyList<Taken>)[.. g.Select(m => new Taken(m.Person, m.Entry, m.Arm, null, _time.GetUtcNow().AddHours(spec.Steps[g.Key].WaitHours), null))])),
    ];

    private ShopEvent Delivered(Campaign campaign, CampaignSpec spec, OutboxMessage message) => new()
    {
        MessageId = message.Id, ReceivedAt = _time.GetUtcNow(), OccurredAt = _time.GetUtcNow(), Type = EventTypes.Track, Name = spec.Channel == Channels.Email ? CampaignEvents.Delivered : CampaignEvents.Sent,
        SourceId = "campaigns", UserId = PersonKey.IsAnonymous(message.Person) ? null : message.Person, AnonymousId = PersonKey.IsAnonymous(message.Person) ? message.Person[PersonKey.AnonymousPrefix.Length..] : null,
        CampaignId = PublicLinks.Reference(campaign.Id), OutsideSessions = true,
        Properties = string.Create(CultureInfo.InvariantCulture, $$"""{"version":{{System.Text.Json.JsonSerializer.Serialize(message.Arm)}},"step":{{message.Step}}}"""),
    };
}

/// <summary>Names of the events campaigns write: Segment's e-mail events.</summary>
public static class CampaignEvents
{
    public const string Delivered = "Email Delivered";
    public const string Sent = "Campaign Message Sent";
    public const string Opened = "Email Opened";
    public const string Clicked = "Email Link Clicked";
    public const string Unsubscribed = "Unsubscribed";
    public const string Bounced = "Email Bounced";
    public const string Complained = "Email Marked as Spam";
}
