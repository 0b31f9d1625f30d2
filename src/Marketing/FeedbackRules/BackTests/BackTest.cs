using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.LiveMetrics;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>A moment at which a rule would have fired.</summary>
/// <param name="After">The figure when the effect hours had passed, without the rule acting; null where it is not known.</param>
public sealed record BackTestFiring(DateTimeOffset At, string ObjectId, double Reading, double? Baseline, double? After);

/// <summary>What a rule would have done in a stretch of history.</summary>
/// <param name="Crossings">How often the trigger began to hold.</param>
/// <param name="Flaps">Crossings that were over within ten minutes.</param>
/// <param name="Held">How often what held it back: conditions, cooldown, hours, most.</param>
/// <param name="Course">The trigger's figure over time; of the first object where there are several.</param>
/// <param name="Own">How the figure moved by itself in the effect hours after these firings: an action must beat that.</param>
/// <param name="Late">Events told too late to have been live; they are read at their own time.</param>
/// <param name="Step">How finely history was looked at.</param>
public sealed record BackTestResult(TimeRange Range, IReadOnlyList<BackTestFiring> Firings, int Crossings, int Flaps, IReadOnlyDictionary<string, int> Held, IReadOnlyList<KpiReading> Course, EffectEstimate? Own, long Late, TimeSpan Step);

/// <summary>
/// Runs a rule over history with the machine of the live engine. Figures of the whole shop are replayed second by second and
/// give what the live engine would have done, and so do others whose every change is known; the rest is looked at in even steps. Budget and approval are not replayed: they
/// depend on what people did.
/// </summary>
internal sealed class BackTest(KpiReplay replay, KpiCatalog catalog, ShopClock clock)
{
    private const int CoursePoints = 400;
    private const int FewestForBand = 3;
    private static readonly TimeSpan Flap = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public async Task<BackTestResult> RunAsync(RuleDefinition rule, TimeRange range, CancellationToken cancel = default) =>
        rule.When.Kpi.Source == "shop" ? await OfShopAsync(rule, range, cancel) : await OfObjectsAsync(rule, range, cancel);

    private async Task<BackTestResult> OfShopAsync(RuleDefinition rule, TimeRange range, CancellationToken cancel)
    {
        var shop = rule.Triggers.Where(t => t.Kpi.Source == "shop").ToList();
        var usual = shop.Where(t => TriggerTest.Reach(t.Test) > TimeSpan.Zero).Select(t => t.Kpi.Key).Distinct().ToList();
        var others = new Dictionary<Trigger, Series>();
        foreach (var trigger in rule.And.Where(t => t.Kpi.Source != "shop")) others[trigger] = await SeriesAsync(trigger, trigger.Kpi, range, StepOf(range), cancel);
        var minutes = new Dictionary<(string Key, long Minute), double?>();
        var walk = new Walk(rule, "", clock, range);
        var reach = shop.Max(t => TriggerTest.Reach(t.Test));
        var late = await replay.RunAsync(new TimeRange(range.From - reach, range.To), [.. shop.Select(t => WatchedKpis.WindowOf(t.Kpi.Key)).Distinct()], (at, values) =>
        {
            cancel.ThrowIfCancellationRequested();
            double? Value(string key) => WatchedKpis.Read(key, values(WatchedKpis.WindowOf(key)));
            if (usual.Count > 0 && at.UtcTicks % TimeSpan.TicksPerMinute == 0)
                foreach (var key in usual) minutes[(key, at.UtcTicks / TimeSpan.TicksPerMinute)] = Value(key);
            var due = usual.Count > 0 ? at + Minute - TimeSpan.FromTicks(at.UtcTicks % TimeSpan.TicksPerMinute) : (DateTimeOffset?)null;
            if (at < range.From) return due ?? range.From;
            Baseline Usual(Trigger t) => TriggerTest.Of(t.Test, [.. TriggerTest.Instants(t.Test, at).Select(i => minutes.GetValueOrDefault((t.Kpi.Key, i.UtcTicks / TimeSpan.TicksPerMinute)))]);
            var again = walk.Look(at, Value(rule.When.Kpi.Key), () => Usual(rule.When), t => others.TryGetValue(t, out var series) ? series.Holds(t, at) : TriggerTest.Holds(t, Value(t.Kpi.Key), Usual(t)));
            return again < due || due is null ? again : due;
        }, cancel);
        return Result(rule, range, [walk], late, TimeSpan.FromSeconds(1));
    }

    private async Task<BackTestResult> OfObjectsAsync(RuleDefinition rule, TimeRange range, CancellationToken cancel)
    {
        var (step, exact) = (StepOf(range), true);
        var walks = new List<Walk>();
        foreach (var one in await catalog.ObjectsAsync(rule.When.Kpi, cancel))
        {
            var series = new Dictionary<Trigger, Series>();
            foreach (var trigger in rule.Triggers) series[trigger] = await SeriesAsync(trigger, KpiCatalog.For(trigger.Kpi, one), range, step, cancel);
            var walk = new Walk(rule, one, clock, range);
            var everyChange = series.Values.All(s => s.IsExact);
            exact &= everyChange;
            var when = series[rule.When];
            DateTimeOffset? due = null;
            foreach (var at in everyChange ? series.Values.SelectMany(s => s.Readings).Select(r => NextSecond(r.AsOf)).Where(a => a >= range.From && a < range.To).Distinct().Order() : when.Readings.Select(r => r.AsOf).Where(a => a >= range.From && a < range.To))
            {
                while (everyChange && due is { } ripe && ripe < at) due = Look(ripe);
                due = Look(at);
            }
            while (everyChange && due is { } last && last < range.To) due = Look(last);
            walks.Add(walk);

            // What is still due at the instant looked at would be looked at for ever.
            DateTimeOffset? Look(DateTimeOffset at) => walk.Look(at, when.At(at), () => when.Usual(rule.When, at), t => series[t].Holds(t, at)) is { } again && again > at ? again : null;
        }
        return Result(rule, range, walks, 0, exact ? TimeSpan.FromSeconds(1) : step);
    }

    /// <summary>The first look of the live engine that can see what is true from an instant on.</summary>
    private static DateTimeOffset NextSecond(DateTimeOffset at) => new((at.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private static TimeSpan StepOf(TimeRange range) => range.Length > TimeSpan.FromDays(8) ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);

    private async Task<Series> SeriesAsync(Trigger trigger, KpiName kpi, TimeRange range, TimeSpan step, CancellationToken cancel)
    {
        if (catalog.Source(kpi.Source) is not { } source) return new Series([], step);
        var reached = new TimeRange(range.From - TriggerTest.Reach(trigger.Test) - step, range.To);
        return await source.ChangesAsync(kpi, reached, cancel) is { } changes ? new Series(changes, null) : new Series(await source.HistoryAsync(kpi, reached, step, cancel), step);
    }

    private static BackTestResult Result(RuleDefinition rule, TimeRange range, List<Walk> walks, long late, TimeSpan step)
    {
        var hours = TimeSpan.FromHours(rule.Limits.EffectHours);
        var firings = walks.SelectMany(w => w.Firings.Select(f => f with { After = w.ValueAt(f.At + hours) })).OrderBy(f => f.At).ThenBy(f => f.ObjectId, StringComparer.Ordinal).ToList();
        var moves = firings.Where(f => f.After is not null).Select(f => f.After!.Value - f.Reading).Order().ToArray();
        var own = moves.Length < FewestForBand ? null : new EffectEstimate(TriggerTest.Median(moves), EffectHistory.Quantile(moves, 0.1), EffectHistory.Quantile(moves, 0.9), moves.Length);
        return new BackTestResult(range, firings, walks.Sum(w => w.Crossings), walks.Sum(w => w.Flaps), walks.SelectMany(w => w.Held).GroupBy(h => h.Key).ToDictionary(g => g.Key, g => g.Sum(h => h.Value)),
            walks.Count > 0 ? walks[0].Course : [], own, late, step);
    }

    /// <summary>Readings; between two the earlier one holds.</summary>
    /// <param name="step">Null where they are every change there was.</param>
    private sealed class Series(IReadOnlyList<KpiReading> readings, TimeSpan? step)
    {
        public bool IsExact => step is null;

        public IReadOnlyList<KpiReading> Readings => readings;

        public bool? Holds(Trigger trigger, DateTimeOffset at) => TriggerTest.Holds(trigger, At(at), Usual(trigger, at));

        public Baseline Usual(Trigger trigger, DateTimeOffset at) => TriggerTest.Of(trigger.Test, [.. TriggerTest.Instants(trigger.Test, at).Select(At)]);

        public double? At(DateTimeOffset at)
        {
            var (low, high) = (0, readings.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (readings[middle].AsOf <= at) low = middle + 1;
                else high = middle;
            }
            return low > 0 && (step is not { } even || at - readings[low - 1].AsOf <= 2 * even) ? readings[low - 1].Value : null;
        }
    }

    /// <summary>One object's way through history.</summary>
    private sealed class Walk(RuleDefinition rule, string objectId, ShopClock clock, TimeRange range)
    {
        private readonly RuleMachine _machine = new(rule, clock);
        private readonly TimeSpan _sample = range.Length / CoursePoints;
        private MachineState _state = MachineState.Start;
        private DateTimeOffset _sampled = DateTimeOffset.MinValue;

        public List<BackTestFiring> Firings { get; } = [];

        public List<KpiReading> Course { get; } = [];

        public Dictionary<string, int> Held { get; } = [];

        public int Crossings { get; private set; }

        public int Flaps { get; private set; }

        public DateTimeOffset? Look(DateTimeOffset at, double? value, Func<Baseline> usual, Func<Trigger, bool?> condition)
        {
            if (value is { } v && at - _sampled >= _sample)
            {
                Course.Add(new KpiReading(v, at));
                _sampled = at;
            }
            var baseline = TriggerTest.Reach(rule.When.Test) > TimeSpan.Zero ? usual() : Baseline.None;
            var holds = TriggerTest.Holds(rule.When, value, baseline);
            bool? conditions = holds == true && _state.Armed ? rule.And.All(t => condition(t) == true) : null;
            var before = _state;
            var step = _machine.Next(_state, at, holds, conditions);
            _state = step.State;
            if (before.HoldsSince is null && _state.HoldsSince is not null) Crossings++;
            if (step.Decision == Decision.Fires) Firings.Add(new BackTestFiring(at, objectId, value!.Value, baseline.Center, null));
            if (step.Decision == Decision.Held) Held[step.Why!] = Held.GetValueOrDefault(step.Why!) + 1;
            if (step.Decision == Decision.Ends && before.HoldsSince is { } since && at - since < Flap) Flaps++;
            return step.Due;
        }

        /// <summary>The figure as it was last known at an instant within the range.</summary>
        public double? ValueAt(DateTimeOffset at) => at < range.To ? Course.LastOrDefault(r => r.AsOf <= at)?.Value : null;
    }
}
