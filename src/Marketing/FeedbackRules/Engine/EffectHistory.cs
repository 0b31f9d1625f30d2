using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>A change of a figure with a band of 80 %, in the figure's unit.</summary>
/// <param name="Count">How many earlier cases it rests on.</param>
public sealed record EffectEstimate(double Value, double Low, double High, int Count);

/// <summary>
/// What became of the figure after a firing. The change over the effect hours, less the change over the same hours a week
/// before, is compared with the same difference at every hour of the four weeks before the firing: what is beyond it is the
/// effect, and the spread of those is its band (a placebo test in time; Abadie, Diamond and Hainmueller 2010 for the idea). It
/// assumes that nothing else set in at that hour, and the screen says so.
/// </summary>
internal sealed class EffectHistory(RuleStore store, KpiCatalog catalog, ShopClock clock)
{
    private const int FewestPlacebos = 24;
    private const int FewestEffects = 3;
    private const double Tail = 0.1;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>The effect a rule has had so far; null until three firings have been measured.</summary>
    public async Task<EffectEstimate?> PredictAsync(int rule, CancellationToken cancel)
    {
        var measured = (await store.FiringsAsync(rule, clock.Now.AddDays(-365), 200, cancel)).Where(f => f is { Mode: "live", Effect: not null }).Select(f => f.Effect!.Value).Order().ToArray();
        return measured.Length < FewestEffects ? null : new EffectEstimate(measured.Average(), Quantile(measured, Tail), Quantile(measured, 1 - Tail), measured.Length);
    }

    /// <summary>Measures the firings whose hours have passed.</summary>
    /// <returns>How many.</returns>
    public async Task<int> MeasureDueAsync(CancellationToken cancel)
    {
        var now = clock.Now;
        var rules = (await store.AllAsync(cancel)).ToDictionary(r => r.Id);
        var count = 0;
        foreach (var firing in await store.UnmeasuredAsync(now - Hour, 50, cancel))
        {
            if (!rules.TryGetValue(firing.RuleId, out var rule)) continue;
            var definition = rule.Read();
            var hours = TimeSpan.FromHours(definition.Limits.EffectHours);
            if (firing.FiredAt + hours > now) continue;
            var kpi = KpiCatalog.For(definition.When.Kpi, firing.ObjectId);
            var after = catalog.Source(kpi.Source) is { } source ? (await source.ReadAsync(kpi, firing.FiredAt + hours, cancel))?.Value : null;
            await store.MeasureAsync(firing.Id, await EstimateAsync(kpi, firing.FiredAt, hours, cancel), after, now, cancel);
            count++;
        }
        return count;
    }

    /// <returns>Null where the figure's history is too short or has holes.</returns>
    public async Task<EffectEstimate?> EstimateAsync(KpiName kpi, DateTimeOffset at, TimeSpan hours, CancellationToken cancel)
    {
        if (catalog.Source(kpi.Source) is not { } source) return null;
        var history = await source.HistoryAsync(kpi, new TimeRange(at - 5 * Week, at + hours + Hour), Hour, cancel);
        return Estimate(history, at, hours);
    }

    internal static EffectEstimate? Estimate(IReadOnlyList<KpiReading> history, DateTimeOffset at, TimeSpan hours)
    {
        var values = history.GroupBy(r => r.AsOf.UtcTicks / Hour.Ticks).ToDictionary(g => g.Key, g => g.Last().Value);
        if (Change(at) is not { } treated) return null;
        var placebos = new List<double>();
        for (var earlier = at - hours - Hour; earlier >= at - 4 * Week; earlier -= Hour)
            if (Change(earlier) is { } change) placebos.Add(change);
        if (placebos.Count < FewestPlacebos) return null;
        var ordered = placebos.Order().ToArray();
        var usual = TriggerTest.Median(ordered);
        return new EffectEstimate(treated - usual, treated - Quantile(ordered, 1 - Tail), treated - Quantile(ordered, Tail), ordered.Length);

        double? Change(DateTimeOffset from) => Value(from + hours) - Value(from) - (Value(from + hours - Week) - Value(from - Week));

        double? Value(DateTimeOffset instant) => values.TryGetValue(instant.UtcTicks / Hour.Ticks, out var value) ? value : null;
    }

    /// <summary>Linear between order statistics (Hyndman and Fan 1996, type 7).</summary>
    internal static double Quantile(double[] ordered, double share)
    {
        var position = share * (ordered.Length - 1);
        var below = (int)Math.Floor(position);
        return below + 1 >= ordered.Length ? ordered[^1] : ordered[below] + (position - below) * (ordered[below + 1] - ordered[below]);
    }
}
