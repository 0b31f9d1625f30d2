using System.Collections.Concurrent;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Campaigns;

/// <summary>A campaign's result, and whether the events say something else by now than when it was frozen.</summary>
public sealed record EffectView(CampaignEffect Effect, bool Frozen, CampaignEffect? ChangedSince);

/// <summary>Measures campaigns and keeps what was seen. A frozen result is never computed again in its place.</summary>
public sealed class EffectService
{
    private readonly EffectStore _store;
    private readonly CampaignStore _campaigns;
    private readonly string _currency;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<int, CampaignEffect> _last = new();

    internal EffectService(EffectStore store, CampaignStore campaigns, KeptReports kept, IOptions<ShopOptions> shop, TimeProvider time, ILogger<Signal> logger)
    {
        (_store, _campaigns, _currency, _time) = (store, campaigns, shop.Value.Currency, time);
        Views = new KeptReport<int, EffectView>(kept, async (id, cancel) => await ViewAsync(await _campaigns.FindAsync(id, cancel) ?? throw new InvalidOperationException($"There is no campaign {id}."), cancel));
        Changed = new Signal(time, logger);
    }

    /// <summary>The result of a campaign that has started, by its id.</summary>
    public KeptReport<int, EffectView> Views { get; }

    /// <summary>A look told something new.</summary>
    public Signal Changed { get; }

    /// <summary>Another node looked meanwhile: what it saw is in the store.</summary>
    internal void Forget() => _last.Clear();

    public async Task<CampaignEffect> MeasureAsync(Campaign campaign, CancellationToken cancel = default)
    {
        var (spec, now) = (campaign.Read(), _time.GetUtcNow());
        var (span, arms, touch, stops) = await _store.MeasureAsync(campaign.Id, spec, _currency, now, cancel);
        var holdout = campaign.Holdout ?? 0;
        var versions = spec.Steps[0].Versions;
        var whole = versions.Sum(v => v.Share);
        var shares = versions.ToDictionary(v => v.Name, v => (1 - holdout) * v.Share / whole);
        if (holdout > 0) shares[Assignment.Held] = holdout;
        // Once the shares of its versions were changed on the way, only held-out against written-to can be checked.
        if (await _store.LastAsync(campaign.Id, now, cancel) is { } last && CampaignEffect.Parse(last.Result) is var seen && !seen.Shares.OrderBy(s => s.Key).SequenceEqual(shares.OrderBy(s => s.Key)) && seen.Arms.Count > 0)
            shares = holdout > 0 ? new() { [Assignment.Held] = holdout, [CampaignEffect.AllVersions] = 1 - holdout } : [];
        var complete = campaign.Status == CampaignStatus.Ended && (span.Last is not { } latest || latest.AddDays(spec.WindowDays) <= now);
        return new CampaignEffect(now, arms, touch, stops.Unsubscribed, stops.Complained, stops.Bounced, holdout, shares, spec.CostPerMessage, complete);
    }

    /// <summary>One look: kept when it tells something new, frozen when the window of everybody is over.</summary>
    public async Task<CampaignEffect> LookAsync(Campaign campaign, CancellationToken cancel = default)
    {
        if (!_last.TryGetValue(campaign.Id, out var before) && await _store.LastAsync(campaign.Id, _time.GetUtcNow(), cancel) is { } stored)
        {
            before = CampaignEffect.Parse(stored.Result);
            if (stored.Frozen) return _last[campaign.Id] = before;
        }
        if (before is { Complete: true }) return before;
        var effect = await MeasureAsync(campaign, cancel);
        if (!effect.Tells(before)) return effect;
        await _store.AddAsync(new Look(campaign.Id, effect.LookedAt, effect.Complete, effect.ToJson()), cancel);
        _last[campaign.Id] = effect;
        Changed.Raise();
        return effect;
    }

    public async Task<EffectView> ViewAsync(Campaign campaign, CancellationToken cancel = default)
    {
        if (await _store.LastAsync(campaign.Id, DateTimeOffset.MaxValue.AddDays(-2), cancel) is { Frozen: true } frozen)
        {
            var (kept, now) = (CampaignEffect.Parse(frozen.Result), await MeasureAsync(campaign, cancel));
            var changed = !now.Arms.Select(a => a with { Elapsed = 0 }).SequenceEqual(kept.Arms.Select(a => a with { Elapsed = 0 }), Nearly.Same);
            return new EffectView(kept, true, changed ? now : null);
        }
        return new EffectView(await MeasureAsync(campaign, cancel), false, null);
    }

    /// <summary>What was seen when, for the chart of the band: at most so many looks.</summary>
    public async Task<IReadOnlyList<CampaignEffect>> LooksAsync(int campaign, int most = 200, CancellationToken cancel = default)
    {
        var looks = await _store.LooksAsync(campaign, DateTimeOffset.MaxValue.AddDays(-2), cancel);
        var step = Math.Max(1, looks.Count / most);
        return [.. looks.Where((_, i) => i % step == 0 || i == looks.Count - 1).Select(l => CampaignEffect.Parse(l.Result))];
    }

    /// <summary>As it was seen at an instant.</summary>
    public async Task<CampaignEffect?> AtAsync(int campaign, DateTimeOffset instant, CancellationToken cancel = default) =>
        await _store.LastAsync(campaign, instant, cancel) is { } look ? CampaignEffect.Parse(look.Result) : null;

    /// <summary>What should stop a running campaign: a resource key below <c>Guard.</c>; null: nothing.</summary>
    public static string? Guard(CampaignSpec spec, CampaignEffect effect)
    {
        const int Least = 50;
        if (effect.Touch.Sent >= Least && Proportions.Wilson(effect.Unsubscribed, effect.Touch.Sent).Low > spec.MostUnsubscribes) return "unsubscribes";
        if (effect.Touch.Sent >= Least && Proportions.Wilson(Math.Min(effect.Complained, effect.Touch.Sent), effect.Touch.Sent).Low > spec.MostComplaints) return "complaints";
        if (effect.OrderValue is { Verdict: Verdict.Hurts } value && value.Band.High < -0.1 * value.Held) return "order_value";
        return effect.Conversion is { Verdict: Verdict.Hurts } ? "hurts" : effect.Ratio.IsWrong ? "ratio" : null;
    }

    /// <summary>Sums over the same rows in another order differ in their last digits.</summary>
    private sealed class Nearly : IEqualityComparer<ArmSums>
    {
        public static readonly Nearly Same = new();

        public bool Equals(ArmSums? a, ArmSums? b) => a is not null && b is not null && a.Arm == b.Arm && a.People == b.People && a.Converted == b.Converted && a.Orders == b.Orders && Math.Abs(a.Revenue - b.Revenue) < 0.005;

        public int GetHashCode(ArmSums sums) => sums.Arm.GetHashCode(StringComparison.Ordinal);
    }
}
