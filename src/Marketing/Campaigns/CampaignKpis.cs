using System.Globalization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Campaigns;

/// <summary>Figures of campaigns that rules may watch. The past is answered from the looks that were kept, never from what the events say today.</summary>
internal sealed class CampaignKpis(CampaignStore store, EffectService effects, IStringLocalizer<Pages.CampaignsText> text) : IKpiSource
{
    public string Source => "campaign";

    public Signal? Changed => effects.Changed;

    public IReadOnlyList<WatchedKpi> Kpis =>
    [
        new("conversions", () => text["Kpi.Conversions"], "count", true),
        new("incremental_revenue", () => text["Kpi.Incremental"], "money", true),
        new("unsubscribe_rate", () => text["Kpi.Unsubscribes"], "share", true),
        new("sent", () => text["Kpi.Sent"], "count", true),
    ];

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text, int limit, CancellationToken cancel = default) => ObjectsAsync(store, text, limit, cancel);

    public async Task<KpiReading?> ReadAsync(KpiName kpi, DateTimeOffset at, CancellationToken cancel = default) =>
        int.TryParse(kpi.ObjectId, CultureInfo.InvariantCulture, out var id) && !IsPast(await store.FindAsync(id, cancel), at) && await effects.AtAsync(id, at, cancel) is { } effect ? Read(kpi.Key, effect) : null;

    public async Task<IReadOnlyList<KpiReading>> HistoryAsync(KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel = default)
    {
        if (!int.TryParse(kpi.ObjectId, CultureInfo.InvariantCulture, out var id)) return [];
        var looks = await effects.LooksAsync(id, int.MaxValue, cancel);
        var (readings, at) = (new List<KpiReading>(), 0);
        for (var end = range.From + step; end <= range.To; end += step)
        {
            while (at < looks.Count && looks[at].LookedAt <= end) at++;
            if (at > 0 && Read(kpi.Key, looks[at - 1]) is { } reading) readings.Add(reading with { AsOf = end });
        }
        return readings;
    }

    public async Task<IReadOnlyList<KpiReading>?> ChangesAsync(KpiName kpi, TimeRange range, CancellationToken cancel = default) => !int.TryParse(kpi.ObjectId, CultureInfo.InvariantCulture, out var id) ? null
        : [.. (await effects.LooksAsync(id, int.MaxValue, cancel)).Where(e => e.LookedAt <= range.To).Select(e => Read(kpi.Key, e)).OfType<KpiReading>()];

    internal static async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(CampaignStore store, string text, int limit, CancellationToken cancel) =>
        [.. (await store.AllAsync(cancel)).Where(c => !c.Archived && c.Name.Contains(text, StringComparison.CurrentCultureIgnoreCase)).Take(limit).Select(c => new WatchedObject(c.Id.ToString(CultureInfo.InvariantCulture), c.Name, $"campaigns/{c.Id}"))];

    /// <summary>Whether nothing more can come of it: it has ended, and so have the days on which an order counted.</summary>
    private static bool IsPast(Campaign? campaign, DateTimeOffset at) => campaign is { EndedAt: { } ended } && at > ended.AddDays(campaign.Read().WindowDays + 1);

    private static KpiReading? Read(string key, CampaignEffect e) => key switch
    {
        "conversions" => new KpiReading(e.TreatedArms.Sum(a => a.Converted), e.LookedAt),
        "incremental_revenue" => e.Revenue is { } r ? new KpiReading(r.Total.Value, e.LookedAt, double.IsFinite(r.Total.Low) ? r.Total.Low : null, double.IsFinite(r.Total.High) ? r.Total.High : null) : null,
        "unsubscribe_rate" => e.UnsubscribeRate is { } rate ? new KpiReading(rate, e.LookedAt) : null,
        "sent" => new KpiReading(e.Touch.Sent, e.LookedAt),
        _ => null,
    };
}
