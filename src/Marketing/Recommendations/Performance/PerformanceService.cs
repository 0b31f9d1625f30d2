using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Statistics;
using Microsoft.Extensions.Options;

namespace BehaviorDashboard.Recommendations;

/// <summary>Two arms of a test beside each other.</summary>
/// <param name="Split">Whether people landed in the arms as they should.</param>
/// <param name="Clicking">Difference of the shares of people who clicked, challenger less control; <paramref name="Buying"/>: who ordered.</param>
/// <param name="Revenue">Difference of revenue a person since they were first given a list, with a band that holds at every look.</param>
public sealed record ExperimentResult(Experiment Experiment, TestArm Control, TestArm Challenger, SampleRatio Split, Interval Clicking, Interval Buying, Interval Revenue, Verdict Verdict);

/// <summary>People of one arm and what they did since.</summary>
public sealed record TestArm(long People, long Clickers, long Buyers, double Revenue)
{
    public double? RevenueAPerson => People == 0 ? null : Revenue / People;
}

/// <summary>What recommendations earn, and what tests of them say.</summary>
public sealed class PerformanceService
{
    private readonly PerformanceStore _store;
    private readonly InterestStore _interest;
    private readonly ShelfKeeper _shelves;
    private readonly PolicyBook _book;
    private readonly RecommendationsOptions _options;
    private readonly ShopClock _clock;

    internal PerformanceService(PerformanceStore store, InterestStore interest, ShelfKeeper shelves, PolicyBook book, IOptions<RecommendationsOptions> options, KeptReports kept, ShopClock clock)
    {
        (_store, _interest, _shelves, _book, _options, _clock) = (store, interest, shelves, book, options.Value, clock);
        Reports = new KeptReport<RangeKey, PerformanceReport>(kept, (range, cancel) => ReportAsync(range.At(clock), cancel));
        Results = new KeptReport<Experiment, ExperimentResult>(kept, ResultAsync);
    }

    /// <summary>Figures of a range by placement, kind and strategy, and by shop day. Revenue counts on the day of the click.</summary>
    public KeptReport<RangeKey, PerformanceReport> Reports { get; }

    /// <summary>What a test came to.</summary>
    public KeptReport<Experiment, ExperimentResult> Results { get; }

    internal async Task<PerformanceReport> ReportAsync(TimeRange range, CancellationToken cancel = default)
    {
        var rows = await _store.RowsAsync(range, cancel);
        var shown = await _store.ProductsAsync(range, cancel);
        var traffic = shown.Count == 0 ? [] : (await _interest.TrafficAsync(range.To.AddDays(-ShelfKeeper.TrafficDays), range.To, cancel)).ToDictionary(t => t.Id, t => t.Views);
        var lines = rows.GroupBy(r => (r.Placement, r.Kind, r.Strategy)).Select(g => new PerformanceLine(g.Key.Placement, g.Key.Kind, g.Key.Strategy,
            Figures([.. g], [.. shown.Where(s => s.Placement == g.Key.Placement && s.Strategy == g.Key.Strategy)], traffic))).OrderByDescending(l => l.Figures.Lists).ToList();
        var days = rows.GroupBy(r => DateOnly.FromDateTime(r.Day)).Select(g => new PerformanceDay(g.Key, g.Sum(r => r.Lists), Share(g.Sum(r => r.ClickedLists), g.Sum(r => r.Lists)), g.Sum(r => r.Revenue))).OrderBy(d => d.Day).ToList();
        return new PerformanceReport(Figures([.. rows], [.. shown], traffic), lines, days, _options.AttributionDays);
    }

    internal async Task<ExperimentResult> ResultAsync(Experiment experiment, CancellationToken cancel = default)
    {
        var rows = await _store.ArmsAsync(experiment, experiment.EndedAt ?? _clock.Now, cancel);
        ArmRow Row(bool challenger) => rows.FirstOrDefault(r => r.Challenger == challenger) ?? new ArmRow(challenger, 0, 0, 0, 0, 0);
        var (control, challenger) = (Row(false), Row(true));
        var difference = MeanDifference.Of(new ArmMoments(challenger.People, challenger.Revenue, challenger.RevenueSquares), new ArmMoments(control.People, control.Revenue, control.RevenueSquares));
        var band = ConfidenceSequence.Band(difference, Math.Clamp((control.People + challenger.People) / 2_000.0, 0.01, 10));
        return new ExperimentResult(experiment, Arm(control), Arm(challenger), SampleRatio.Check([control.People, challenger.People], [1 - experiment.Share, experiment.Share]),
            Proportions.Newcombe(challenger.Clickers, challenger.People, control.Clickers, control.People), Proportions.Newcombe(challenger.Buyers, challenger.People, control.Buyers, control.People),
            band, ConfidenceSequence.Judge(band, Math.Min(control.Buyers, challenger.Buyers)));
    }

    public Task<IReadOnlyList<Experiment>> ExperimentsAsync(CancellationToken cancel = default) => _book.ExperimentsAsync(cancel);

    private PerformanceFigures Figures(IReadOnlyList<PerformanceRow> rows, IReadOnlyList<ShownProduct> shown, Dictionary<string, long> views)
    {
        var (all, count) = (views.Values.Sum(), shown.Sum(s => s.Shown));
        var different = shown.Select(s => s.ProductId).Distinct().Count();
        double? novelty = count == 0 || all == 0 ? null : shown.Sum(s => -s.Shown * Math.Log2((views.GetValueOrDefault(s.ProductId) + 1.0) / (all + 1.0))) / count;
        return new PerformanceFigures(rows.Sum(r => r.Lists), rows.Sum(r => r.ClickedLists), rows.Sum(r => r.Shown), rows.Sum(r => r.Clicks), rows.Sum(r => r.Orders), rows.Sum(r => r.Revenue),
            different == 0 || _shelves.Current.Count == 0 ? null : Math.Min(1, (double)different / _shelves.Current.Count), novelty);
    }

    private static TestArm Arm(ArmRow row) => new(row.People, row.Clickers, row.Buyers, row.Revenue);

    private static double? Share(long part, long whole) => whole == 0 ? null : Math.Min(1, (double)part / whole);
}
