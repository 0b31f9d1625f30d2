using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Live;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.Logging;

namespace BehaviorDashboard.Campaigns;

/// <summary>Campaigns as people work with them. Every change is in the campaign's history, in the audit log and, where it acts, in the ledger.</summary>
public sealed class CampaignService
{
    private readonly CampaignStore _store;
    private readonly AudienceService _audience;
    private readonly AudienceStore _people;
    private readonly OutboxStore _outbox;
    private readonly DeliveryService _delivery;
    private readonly MessageWriter _writer;
    private readonly PromiseService _promise;
    private readonly StockThrottle _throttle;
    private readonly ExcessOffers _excess;
    private readonly ProposalService _proposals;
    private readonly IAuditLog _audit;
    private readonly IReadOnlyList<IActionLedger> _ledgers;
    private readonly ShopClock _clock;

    internal CampaignService(CampaignStore store, AudienceService audience, AudienceStore people, OutboxStore outbox, DeliveryService delivery, MessageWriter writer, PromiseService promise, StockThrottle throttle, ExcessOffers excess, ProposalService proposals, IAuditLog audit, IEnumerable<IActionLedger> ledgers, CampaignSignal changed, ShopClock clock)
    {
        (_store, _audience, _people, _outbox, _delivery, _writer, _promise, _throttle, _excess, _proposals, _audit, _ledgers, _clock) = (store, audience, people, outbox, delivery, writer, promise, throttle, excess, proposals, audit, [.. ledgers], clock);
        Changed = changed.Signal;
    }

    /// <summary>A campaign was changed or moved on.</summary>
    public Signal Changed { get; }

    public DateTimeOffset Now => _clock.Now;

    public Task<IReadOnlyList<Campaign>> AllAsync(CancellationToken cancel = default) => _store.AllAsync(cancel);

    public Task<Campaign?> FindAsync(int id, CancellationToken cancel = default) => _store.FindAsync(id, cancel);

    public Task<IReadOnlyList<CampaignNote>> NotesAsync(int id, CancellationToken cancel = default) => _store.NotesAsync(id, cancel);

    public Task<DeliveryCounts> CountsAsync(int id, CancellationToken cancel = default) => _outbox.CountsAsync(id, cancel);

    public Task<IReadOnlyList<LeftOut>> LeftOutAsync(int id, CancellationToken cancel = default) => _people.LeftOutAsync(id, cancel);

    public Task<IReadOnlyList<LocalMail>> LocalMailsAsync(int? campaign, int limit = 100, CancellationToken cancel = default) => _outbox.MailsAsync(campaign ?? 0, limit, cancel);

    /// <summary>People of the frozen audience, by arm or by why they were left out.</summary>
    public Task<IReadOnlyList<CampaignPerson>> PeopleAsync(int id, string? who = null, string? arm = null, string? reason = null, (string Person, string Entry)? after = null, int limit = 50, CancellationToken cancel = default) =>
        _people.PeopleAsync(id, who ?? "", arm ?? "", reason ?? "", after ?? ("", ""), limit, cancel);

    /// <summary>What campaigns did about one person.</summary>
    public Task<IReadOnlyList<PersonCampaign>> OfPersonAsync(string person, CancellationToken cancel = default) => _people.OfPersonAsync(person, cancel);

    public Task<AudienceEstimate> EstimateAsync(int? id, CampaignSpec spec, CancellationToken cancel = default) => _audience.EstimateAsync(id ?? 0, spec, cancel);

    /// <summary>Whether what it promotes can be promised to so many people.</summary>
    public Task<PromiseResult> PromiseAsync(int? id, CampaignSpec spec, AudienceEstimate estimate, CancellationToken cancel = default) => spec.Schedule.Kind == CampaignSchedule.Stock ? Task.FromResult(PromiseResult.Nothing) : _promise.CheckAsync(id ?? 0, spec, estimate.Treated, estimate.Baseline, cancel);

    /// <summary>How to be rid of what lies too long of a product; null where nothing does.</summary>
    public Task<ExcessOffer?> OfferAsync(string product, CampaignSpec spec, CancellationToken cancel = default) => _excess.OfAsync(product, spec, cancel);

    /// <summary>People who reach the goal because of it, and where that is known from: measured or assumed.</summary>
    public async Task<(string Basis, Interval People)> ExpectAsync(AudienceEstimate estimate, CancellationToken cancel = default)
    {
        var lift = await _promise.LiftAsync(estimate.Baseline, cancel);
        return (lift.Basis, new Interval(lift.Lift * estimate.Treated, lift.Low * estimate.Treated, lift.High * estimate.Treated));
    }

    /// <summary>How much of its unit budget a live campaign has used; null where it has none.</summary>
    public BudgetUse? BudgetOf(int id) => _throttle.Of(id);

    /// <summary>A draft of a purchase of what is missing; the same campaign and product on the same day give the same draft.</summary>
    /// <returns>Null where the product is not known.</returns>
    public Task<int?> OrderMissingAsync(int? id, ProductPromise missing, CancellationToken cancel = default) =>
        _proposals.ProposeAsync(missing.Outlook.ProductId, missing.Missing, string.Create(CultureInfo.InvariantCulture, $"campaign:{id ?? 0}:{missing.Outlook.ProductId}:{_clock.Today:yyyy-MM-dd}"), cancel);

    /// <summary>Why this channel cannot send here; null: it can.</summary>
    public string? Missing(string channel) => _delivery.Missing(channel);

    /// <summary>Whether e-mails stay on this machine.</summary>
    public bool LocalOutbox => _delivery.LocalOutbox;

    /// <summary>A message as one person would get it.</summary>
    /// <returns>Null when there is no such person.</returns>
    public async Task<RenderedMessage?> PreviewAsync(CampaignSpec spec, int step, string version, OnePerson person, CancellationToken cancel = default)
    {
        await _audit.RecordAsync(new AuditEntry("campaign.previewed", PersonKey.Reference(person.Key)), cancel);
        var mayPersonalise = (await _people.FactsAsync(0, [person.Key], [], _clock.Now, cancel)).Any(f => f.MayPersonalise);
        return await _writer.WriteAsync(spec with { Channel = Channels.Onsite }, new OutboxMessage(MessageWriter.Preview, 0, person.Key, "preview", step, version, _clock.Now, 0, person.Email, person.Name, person.Traits, null) { MayWrite = true, MayPersonalise = mayPersonalise }, cancel);
    }

    public async Task<CampaignResult> CreateAsync(string name, CampaignSpec spec, string who, CancellationToken cancel = default)
    {
        if (CampaignCheck.Saving(name, spec) is { Count: > 0 } problems) return new CampaignResult(null, problems);
        if (await NamesakeAsync(0, spec, cancel) is { } taken) return CampaignResult.Wrong(taken);
        var id = await _store.AddAsync(name.Trim(), spec.ToJson(), Note(who, "created"), cancel);
        await _audit.RecordAsync(new AuditEntry("campaign.created", Target(id)), cancel);
        await OverrideAsync(id, spec, who, cancel);
        Changed.Raise();
        return new CampaignResult(await FindAsync(id, cancel), []);
    }

    /// <param name="before">The campaign as it was when editing began.</param>
    public async Task<CampaignResult> SaveAsync(Campaign before, string name, CampaignSpec spec, string who, CancellationToken cancel = default)
    {
        if (CampaignCheck.Saving(name, spec) is { Count: > 0 } problems) return new CampaignResult(null, problems);
        // What counts as success is not chosen while it is being counted.
        if (before.StartedAt is not null && before.Read() is var was && (spec.Goal != was.Goal || spec.WindowDays != was.WindowDays)) return CampaignResult.Wrong(new CampaignProblem("window", "WindowFixed"));
        if (before.StartedAt is not null && spec.Reference != before.Read().Reference) return CampaignResult.Wrong(new CampaignProblem("reference", "ReferenceFixed"));
        if (await NamesakeAsync(before.Id, spec, cancel) is { } taken) return CampaignResult.Wrong(taken);
        // What is under way already is held to its promise by every change.
        var planned = before.Status == CampaignStatus.Draft ? null : await PlanAsync(before.Id, spec, cancel);
        if (planned is { Verdict: PromiseResult.Block } && spec.PromiseOverride.Length == 0) return CampaignResult.Wrong(new CampaignProblem("products", "PromiseBlock"));
        if (!await _store.SaveAsync(before, name.Trim(), spec.ToJson(), Note(who, "changed"), cancel)) return CampaignResult.Wrong(new CampaignProblem("name", "ChangedMeanwhile", before.Name));
        await _audit.RecordAsync(new AuditEntry("campaign.changed", Target(before.Id)), cancel);
        if (spec.PromiseOverride != before.Read().PromiseOverride) await OverrideAsync(before.Id, spec, who, cancel);
        if (planned is not null) await _promise.AnnounceAsync(before with { Name = name.Trim() }, spec, planned, cancel);
        Changed.Raise();
        return new CampaignResult(await FindAsync(before.Id, cancel), []);
    }

    /// <summary>Under one name two campaigns would count each other's opens and clicks.</summary>
    private async Task<CampaignProblem?> NamesakeAsync(int id, CampaignSpec spec, CancellationToken cancel) =>
        spec.Reference.Length > 0 && (await AllAsync(cancel)).FirstOrDefault(c => c.Id != id && (PublicLinks.Reference(c.Id) == spec.Reference || c.Read().Reference == spec.Reference)) is { } other ? new CampaignProblem("reference", "ReferenceTaken", other.Name) : null;

    /// <summary>Lets a campaign begin: now, or at its time. Doing it twice does it once.</summary>
    public async Task<CampaignResult> StartAsync(Campaign campaign, string who, CancellationToken cancel = default)
    {
        var spec = campaign.Read();
        var problems = CampaignCheck.Starting(campaign.Name, spec, Now).ToList();
        if (Missing(spec.Channel) is { } missing) problems.Add(new CampaignProblem("channel", missing));
        if (problems.Count > 0) return new CampaignResult(null, problems);
        if (campaign.Status != CampaignStatus.Draft) return new CampaignResult(await FindAsync(campaign.Id, cancel), []);
        var (holdout, promise) = (spec.Holdout, await PlanAsync(campaign.Id, spec, cancel));
        if (promise?.Verdict == PromiseResult.Block && spec.PromiseOverride.Length == 0) return CampaignResult.Wrong(new CampaignProblem("products", "PromiseBlock"));
        if (holdout is null)
        {
            var estimate = await EstimateAsync(campaign.Id, spec, cancel);
            holdout = spec.Schedule.IsTriggered ? Math.Max(0.1, Math.Min(estimate.Holdout, 0.2)) : estimate.Holdout;
        }
        var later = spec.Schedule.StartsAt is { } at && at > Now;
        var first = later ? spec.Schedule.StartsAt!.Value : Now;
        if (promise?.Verdict == PromiseResult.Limit && spec is { UnitBudget: null, PromiseOverride.Length: 0 } && await _promise.FreeAsync(campaign.Id, spec, cancel) is { } free)
        {
            // What is scarce is sold as far as it goes: the campaign follows the stock.
            spec = spec with { UnitBudget = free };
            await _store.ChangeAsync(campaign, spec.ToJson(), Note(who, "budget") with { Body = free.ToString(CultureInfo.InvariantCulture) }, cancel);
        }
        var moved = await MoveAsync(campaign, later ? CampaignStatus.Scheduled : CampaignStatus.Live, later ? "scheduled" : "started", who, "start", startedAt: later ? null : Now, nextAt: first, holdout: holdout, cancel: cancel);
        if (moved && promise is not null) await _promise.AnnounceAsync(campaign, spec, promise, cancel);
        return new CampaignResult(await FindAsync(campaign.Id, cancel), []);
    }

    /// <returns>Null where nothing is promised: back in stock is told as far as the stock goes.</returns>
    private async Task<PromiseResult?> PlanAsync(int id, CampaignSpec spec, CancellationToken cancel) =>
        spec.Products.Count == 0 || spec.Schedule.Kind == CampaignSchedule.Stock ? null : await PromiseAsync(id, spec, await EstimateAsync(id, spec, cancel), cancel);

    private async Task OverrideAsync(int id, CampaignSpec spec, string who, CancellationToken cancel)
    {
        if (spec.PromiseOverride.Length == 0) return;
        await _audit.RecordAsync(new AuditEntry("campaign.promise_overridden", Target(id), System.Text.Json.JsonSerializer.Serialize(new { reason = spec.PromiseOverride })), cancel);
        await _store.NoteAsync(id, Note(who, "overridden") with { Body = spec.PromiseOverride }, cancel);
    }

    /// <param name="why">Where the product or a rule pauses.</param>
    public Task<bool> PauseAsync(Campaign campaign, string who, string? why = null, CancellationToken cancel = default) =>
        MoveAsync(campaign, CampaignStatus.Paused, "paused", who, "pause", stopped: why, nextAt: campaign.NextAt, cancel: cancel);

    public Task<bool> ResumeAsync(Campaign campaign, string who, CancellationToken cancel = default) =>
        MoveAsync(campaign, CampaignStatus.Live, "resumed", who, "resume", startedAt: Now, nextAt: campaign.NextAt, cancel: cancel);

    public async Task<bool> EndAsync(Campaign campaign, string who, CancellationToken cancel = default)
    {
        if (!await MoveAsync(campaign, CampaignStatus.Ended, "ended", who, "end", cancel: cancel)) return false;
        await _promise.WithdrawAsync(campaign.Id, cancel);
        return true;
    }

    /// <summary>A draft with the same settings.</summary>
    public async Task<Campaign> CloneAsync(Campaign campaign, string name, string who, CancellationToken cancel = default)
    {
        var spec = campaign.Read();
        var made = await CreateAsync(name.Length > CampaignCheck.MaxName ? name[..CampaignCheck.MaxName] : name, spec with { PromiseOverride = "", Reference = "", Schedule = spec.Schedule with { StartsAt = null, EndsAt = null } }, who, cancel);
        return made.Campaign!;
    }

    public async Task ArchiveAsync(Campaign campaign, bool archived, string who, CancellationToken cancel = default)
    {
        await _store.ArchiveAsync(campaign.Id, archived, Now, cancel);
        await _store.NoteAsync(campaign.Id, Note(who, archived ? "archived" : "restored"), cancel);
        await _audit.RecordAsync(new AuditEntry(archived ? "campaign.archived" : "campaign.restored", Target(campaign.Id)), cancel);
        Changed.Raise();
    }

    public async Task CommentAsync(int id, string who, string text, CancellationToken cancel = default)
    {
        if (string.IsNullOrWhiteSpace(text)) return;
        await _store.NoteAsync(id, Note(who, "comment") with { Body = text.Length > 4_000 ? text[..4_000] : text.Trim() }, cancel);
        await _audit.RecordAsync(new AuditEntry("campaign.commented", Target(id)), cancel);
        Changed.Raise();
    }

    /// <summary>Sends again what may have arrived or was refused: only a person may decide that.</summary>
    public async Task<int> SendAgainAsync(Campaign campaign, string who, CancellationToken cancel = default)
    {
        var count = await _outbox.AgainAsync(campaign.Id, Now, cancel);
        await _store.NoteAsync(campaign.Id, Note(who, "resent") with { Body = count.ToString(CultureInfo.InvariantCulture) }, cancel);
        await _audit.RecordAsync(new AuditEntry("campaign.resent", Target(campaign.Id)), cancel);
        return count;
    }

    private async Task<bool> MoveAsync(Campaign campaign, string status, string kind, string who, string action, string? stopped = null, DateTimeOffset? startedAt = null, DateTimeOffset? nextAt = null, double? holdout = null, CancellationToken cancel = default)
    {
        if (!MayMove(campaign.Status, status) || !await _store.MoveAsync(campaign, status, Note(who, kind) with { Body = stopped ?? "" }, stopped, startedAt, nextAt, holdout, cancel)) return false;
        await _audit.RecordAsync(new AuditEntry("campaign." + kind, Target(campaign.Id)), cancel);
        // What a rule does is in the ledger by the rule's own hand.
        if (!who.StartsWith("rule:", StringComparison.Ordinal))
        {
            var request = new ActionRequest(Guid.NewGuid().ToString("N"), "campaign", action, campaign.Id.ToString(CultureInfo.InvariantCulture), new Dictionary<string, string>(), "user:" + who);
            foreach (var ledger in _ledgers) await ledger.RecordAsync(request, new ActionOutcome($$"""{"status":"{{campaign.Status}}"}""", $$"""{"status":"{{status}}"}"""), cancel);
        }
        Changed.Raise();
        return true;
    }

    private static bool MayMove(string from, string to) => (from, to) switch
    {
        (CampaignStatus.Draft, CampaignStatus.Scheduled or CampaignStatus.Live) => true,
        (CampaignStatus.Scheduled, CampaignStatus.Live or CampaignStatus.Paused or CampaignStatus.Ended) => true,
        (CampaignStatus.Live, CampaignStatus.Paused or CampaignStatus.Ended) => true,
        (CampaignStatus.Paused, CampaignStatus.Live or CampaignStatus.Ended) => true,
        _ => false,
    };

    private CampaignNote Note(string who, string kind) => new(Now, who, kind, "");

    internal static string Target(int id) => "campaign:" + id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Somebody a message is previewed for.</summary>
public sealed record OnePerson(string Key, string? Name, string? Email, string? Traits);

/// <summary>Raised whenever a campaign changes or moves on.</summary>
internal sealed class CampaignSignal(TimeProvider time, ILogger<Signal> logger)
{
    public Signal Signal { get; } = new(time, logger);
}
