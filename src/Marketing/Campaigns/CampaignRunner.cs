using System.Globalization;
using BehaviorDashboard.Catalog;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>Moves campaigns on by the clock: starts what is due, takes people in, looks at effects, stops what does harm, ends what is over. One node does; all send.</summary>
internal sealed class CampaignRunner(
    CampaignStore store, AudienceService audience, AudienceStore people, OutboxStore outbox, DeliveryService delivery, EffectService effects, StockThrottle throttle, SupplyCatalog catalog, CampaignSignal changed,
    IServiceScopeFactory scopes, IOptions<CampaignsOptions> options, Node node, TimeProvider time, ILogger<CampaignRunner> logger) : BackgroundService
{
    public const string Product = "product";
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StockEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Adopt = TimeSpan.FromSeconds(30);
    private readonly Dictionary<int, DateTimeOffset> _looked = [];
    private DateTimeOffset _adopted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Task.WhenAll(node.Schedule.WhileHeldAsync(MoveAsync, stoppingToken), LoopAsync("Messages could not be sent; they wait.", DrainAsync, stoppingToken));
    }

    private Task MoveAsync(CancellationToken held)
    {
        // Another node moved them on since.
        _looked.Clear();
        throttle.Forget();
        effects.Forget();
        return LoopAsync("Campaigns could not be moved on; they wait.", PassAsync, held);
    }

    /// <summary>Everything but sending, once.</summary>
    public async Task PassAsync(CancellationToken cancel = default)
    {
        if (time.GetUtcNow() - _adopted >= Adopt)
        {
            _adopted = time.GetUtcNow();
            await delivery.AdoptAsync(cancel);
        }
        foreach (var campaign in await store.AllAsync(cancel))
        {
            if (campaign.Status == CampaignStatus.Scheduled && campaign.NextAt <= time.GetUtcNow()) await OpenAsync(campaign, cancel);
            else if (campaign.Status == CampaignStatus.Live) await LiveAsync(campaign, cancel);
            else if (campaign.Status is CampaignStatus.Ended or CampaignStatus.Paused && !campaign.Archived) await LookAsync(campaign, cancel);
        }
    }

    private async Task DrainAsync(CancellationToken cancel)
    {
        while (await delivery.SendDueAsync(cancel) > 0) { }
    }

    private async Task LoopAsync(string trouble, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            try
            {
                await work(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                logger.LogError(problem, "{Trouble}", trouble);
                await Task.Delay(TimeSpan.FromSeconds(2), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (!stopping.IsCancellationRequested && await timer.WaitForNextTickAsync(stopping).AsTask().ContinueWith(t => t is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default));
    }

    private async Task OpenAsync(Campaign campaign, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await store.MoveAsync(campaign, CampaignStatus.Live, new CampaignNote(now, Product, "started", ""), startedAt: now, nextAt: campaign.NextAt, cancel: cancel);
        changed.Signal.Raise();
    }

    private async Task LiveAsync(Campaign campaign, CancellationToken cancel)
    {
        var (spec, now) = (campaign.Read(), time.GetUtcNow());
        if (spec.Schedule.EndsAt <= now)
        {
            await EndAsync(campaign, now, cancel);
            return;
        }
        await TakeInAsync(campaign, spec, now, cancel);
        await LookAsync(campaign, cancel);
        if (spec.Schedule.Kind == CampaignSchedule.Once && campaign.NextAt is null && (await outbox.CountsAsync(campaign.Id, cancel)) is { Waiting: 0, Sending: 0 }) await EndAsync(campaign, now, cancel);
    }

    private async Task TakeInAsync(Campaign campaign, CampaignSpec spec, DateTimeOffset now, CancellationToken cancel)
    {
        switch (spec.Schedule.Kind)
        {
            case CampaignSchedule.Once or CampaignSchedule.Recurring when campaign.NextAt <= now:
                var entry = AudienceService.RunEntry(campaign.NextAt.Value);
                var members = await audience.MembersAsync(spec.Audience, cancel);
                await audience.TakeInAsync(campaign, [.. members.Select(m => new Candidate(m, entry, now))], [], spec.Schedule.Kind == CampaignSchedule.Once ? null : Next(campaign.NextAt.Value, spec.Schedule.EveryDays, now), null, cancel);
                changed.Signal.Raise();
                break;
            case CampaignSchedule.Segment:
                var entries = await people.EntriesAsync(campaign.Id, cancel);
                if (entries.Count == 0) break;
                await audience.TakeInAsync(campaign, await WithoutAsync(spec, entries, cancel), entries, null, null, cancel);
                changed.Signal.Raise();
                break;
            case CampaignSchedule.Event:
                var from = campaign.SeenUntil ?? campaign.StartedAt ?? now;
                var done = await people.TriggeredAsync(spec.Schedule.Trigger, from, now, now.AddDays(-2), cancel);
                if (done.Count == 0 && now - from < TimeSpan.FromMinutes(1)) break;
                await audience.TakeInAsync(campaign, await WithoutAsync(spec, done, cancel), [], null, now, cancel);
                if (done.Count > 0) changed.Signal.Raise();
                break;
            case CampaignSchedule.Stock when campaign.SeenUntil is null || now - campaign.SeenUntil >= StockEvery || campaign.SeenUntil == campaign.StartedAt:
                await TellReturnedAsync(campaign, spec, now, cancel);
                break;
        }
    }

    /// <summary>Those who found a product sold out that is there again; never more messages than its units are enough for.</summary>
    private async Task TellReturnedAsync(Campaign campaign, CampaignSpec spec, DateTimeOffset now, CancellationToken cancel)
    {
        var back = (await catalog.FindAsync(spec.Products, cancel)).Where(p => p.Stock > 0).ToList();
        var waiting = await audience.WaitingAsync(spec, [.. back.Select(p => p.Id)], cancel);
        if (waiting.Count > 0 && spec.UnitBudget is null)
        {
            var units = (int)Math.Min(int.MaxValue, back.Sum(p => p.Stock ?? 0));
            await store.ChangeAsync(campaign, (spec with { UnitBudget = units }).ToJson(), new CampaignNote(now, Product, "budget", units.ToString(CultureInfo.InvariantCulture)), cancel);
        }
        await audience.TakeInAsync(campaign, waiting, [], null, now, cancel);
        if (waiting.Count > 0) changed.Signal.Raise();
    }

    /// <summary>Triggers name people one by one; the audience says which of them are meant.</summary>
    private async Task<IReadOnlyList<Candidate>> WithoutAsync(CampaignSpec spec, IReadOnlyList<Candidate> candidates, CancellationToken cancel)
    {
        var only = spec.Schedule.Kind == CampaignSchedule.Event && spec.Audience.Segments.Count > 0;
        if (candidates.Count == 0 || (!only && spec.Audience.Exclude.Count == 0)) return candidates;
        var meant = (await audience.MembersAsync(only ? spec.Audience : spec.Audience with { Segments = [] }, cancel)).ToHashSet(StringComparer.Ordinal);
        return [.. candidates.Where(c => meant.Contains(c.Person))];
    }

    private async Task LookAsync(Campaign campaign, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        // A campaign that has ended is looked at ever more seldom, until its result is frozen.
        var every = campaign.Status == CampaignStatus.Live ? TimeSpan.FromSeconds(options.Value.LookSeconds) : TimeSpan.FromMinutes(1);
        if (campaign.StartedAt is null || (_looked.TryGetValue(campaign.Id, out var last) && now - last < every)) return;
        _looked[campaign.Id] = now;
        var effect = await effects.LookAsync(campaign, cancel);
        if (campaign.Status != CampaignStatus.Live) return;
        var stocked = await throttle.FollowAsync(campaign, cancel);
        if ((EffectService.Guard(campaign.Read(), effect) ?? (stocked ? null : "stock")) is not { } why) return;
        if (await HeedAsync(campaign, why, cancel)) changed.Signal.Raise();
    }

    /// <summary>A guard that a person overruled by resuming stays quiet for this campaign.</summary>
    private async Task<bool> HeedAsync(Campaign campaign, string why, CancellationToken cancel)
    {
        var notes = await store.NotesAsync(campaign.Id, cancel);
        if (notes.Any(n => n.Kind == "paused" && n.Who == Product && n.Body == why)) return false;
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CampaignService>().PauseAsync(campaign, Product, why, cancel);
    }

    private async Task EndAsync(Campaign campaign, DateTimeOffset now, CancellationToken cancel)
    {
        await store.MoveAsync(campaign, CampaignStatus.Ended, new CampaignNote(now, Product, "ended", ""), cancel: cancel);
        changed.Signal.Raise();
    }

    private static DateTimeOffset Next(DateTimeOffset last, int days, DateTimeOffset now)
    {
        var next = last.AddDays(days);
        while (next <= now) next = next.AddDays(days);
        return next;
    }
}

/// <summary>Hears who enters a segment that a live campaign waits for, in the transaction that stores it.</summary>
internal sealed class SegmentEntries(CampaignStore campaigns, TimeProvider time) : IMembershipObserver
{
    public async Task<IReadOnlyCollection<int>> WatchedAsync(Session session) => [.. (await WaitingAsync(session.Cancel)).SelectMany(c => c.Spec.Audience.Segments)];

    public async Task OnChangedAsync(Session session, MembershipChange change)
    {
        if (!change.Entered) return;
        var now = time.GetUtcNow();
        foreach (var (campaign, spec) in await WaitingAsync(session.Cancel))
            if (spec.Audience.Segments.Contains(change.Segment)) await AudienceStore.AddEntriesAsync(session, campaign.Id, change.People, AudienceService.RunEntry(now), now);
    }

    private async Task<IEnumerable<(Campaign Campaign, CampaignSpec Spec)>> WaitingAsync(CancellationToken cancel) =>
        (await campaigns.AllAsync(cancel)).Where(c => c.Status == CampaignStatus.Live).Select(c => (c, c.Read())).Where(c => c.Item2.Schedule.Kind == CampaignSchedule.Segment);
}
