using BehaviorDashboard.Ids;
using BehaviorDashboard.Learning;

namespace BehaviorDashboard.Predictions;

/// <summary>What the registry keeps of customer value.</summary>
/// <param name="TotalError">By how much its last back-test missed the total of all orders, as a share.</param>
internal sealed record ValueContent(ValueModel Model, double TotalError);

/// <summary>Learns customer value; judged by a quarter of a year (or half of a short history) that it had not seen.</summary>
internal sealed class ValueTrainer(HistoryStore history, PredictionWatch watch, PredictionWords words, ShopClock clock) : IModelTrainer
{
    private const int JudgedDays = 90;
    private const int Seed = 1;
    private static readonly string[] Features = ["orders", "days_since_first_order", "days_since_last_order", "average_order", "first_order_value", "first_order_units"];

    public string Kind => PredictionKinds.Value;

    public async Task<TrainingOutcome> TrainAsync(TrainingContext context)
    {
        context.Report("reading", 0);
        if (await history.SpanAsync(clock.Now, context.Cancel) is not { } span) return TrainingOutcome.Refused("no events");
        var end = PredictionClock.End(span.Last, clock);
        var histories = Histories(await history.OrdersAsync(end, context.Cancel), clock);
        if (histories.Count < PredictionKinds.FewestBuyers) return TrainingOutcome.Refused($"buyers {histories.Count} < {PredictionKinds.FewestBuyers}");
        var last = LastDay(end, clock);
        var (begin, judged) = (histories.Min(h => h.First), JudgedDays);
        if (last - begin < 2 * JudgedDays) judged = (last - begin) / 2;
        if (judged < 14) return TrainingOutcome.Refused($"days {last - begin} < 28");
        return TrainingOutcome.Of(await context.ComputeAsync(() => Learn(histories, last - judged, last, end, context)));
    }

    public Task PublishedAsync(ModelVersion version, CancellationToken cancel) => watch.NeedsScoring(cancel);

    public Task<IReadOnlyList<ModelCheck>> CheckAsync(ModelVersion champion, CancellationToken cancel) => watch.CheckAsync(champion, cancel);

    public string FeatureName(string key) => words.Feature(key);

    internal static List<PurchaseHistory> Histories(IEnumerable<OrderRow> orders, ShopClock clock) =>
        [.. PurchaseHistory.Of(orders.Select(o => (o.Person, clock.DateOf(o.At).DayNumber, o.Units, Math.Max(0, o.Value))))];

    /// <summary>Number of the last whole day before an instant.</summary>
    internal static int LastDay(DateTimeOffset end, ShopClock clock) => clock.DateOf(end).DayNumber - 1;

    private static TrainedModel Learn(List<PurchaseHistory> all, int judge, int last, DateTimeOffset end, TrainingContext context)
    {
        context.ReportAndYield("fitting", 0.2);
        var known = all.Where(h => h.Exists(judge)).ToList();
        var before = ValueModel.Fit(known, judge, context.Cancel);
        context.ReportAndYield("judging", 0.5);
        var weeks = (last - judge) / PurchaseHistory.Week;
        var forecasts = known.Select(h => before.Forecast(h, judge, weeks)).ToList();
        double[] came = [.. known.Select(h => (double)h.Count(judge, last))], spent = [.. known.Select(h => h.Value(judge, last))];
        double[] orders = [.. forecasts.Select(f => f.Orders.Value)], values = [.. forecasts.Select(f => f.Value.Value)];
        var customers = known.Select(h => h.At(judge)).ToList();
        var rate = customers.Sum(c => c.Repeats) / Math.Max(1e-9, customers.Sum(c => c.Age)) * weeks;
        double[] mean = [.. customers.Select(_ => rate)], own = [.. customers.Select(c => c.Age <= 0 ? rate : c.Repeats / c.Age * weeks)], plain = [.. customers.Select(c => before.Counts.Expected(c, weeks))];
        var gain = Estimate.Bootstrap(came.Length, w => Math.Min(FigureMetrics.Mse(mean, came, w), FigureMetrics.Mse(own, came, w)) - FigureMetrics.Mse(orders, came, w), Seed);
        Estimate Measured(Func<int[]?, double> measure) => Estimate.Bootstrap(came.Length, measure, Seed);
        var measures = new Dictionary<string, Estimate>
        {
            ["RMSE"] = Measured(w => FigureMetrics.Rmse(orders, came, w)), ["MSE"] = Measured(w => FigureMetrics.Mse(orders, came, w)), ["R2"] = Measured(w => FigureMetrics.R2(orders, came, w)),
            ["total error"] = Measured(w => Sum(values, w) / Math.Max(1e-9, Sum(spent, w)) - 1), ["coverage"] = Measured(w => Sum([.. forecasts.Select((f, i) => spent[i] >= f.Value.Low && spent[i] <= f.Value.High ? 1.0 : 0)], w) / Sum([.. spent.Select(_ => 1.0)], w)),
        };
        CardBaseline Baseline(string name, double[] says) => new(name, new Dictionary<string, double> { ["RMSE"] = FigureMetrics.Rmse(says, came), ["MSE"] = FigureMetrics.Mse(says, came), ["R2"] = FigureMetrics.R2(says, came) });
        context.ReportAndYield("fitting", 0.7);
        var model = ValueModel.Fit(all, last, context.Cancel);
        List<string> limits = ["existing", "season", "campaigns", "consent"];
        if (known.Count(h => h.Days.Count > 1) < 100) limits.Insert(0, "few");
        var card = new ModelCard
        {
            Primary = "RMSE", Measures = [.. measures.Select(m => new CardMeasure(m.Key, m.Value.Value, m.Value.Low, m.Value.High))],
            Baselines = [Baseline("own rate", own), Baseline("mean rate", mean), Baseline("BG/NBD alone", plain)], BeatsBaseline = gain.Low > 0, People = all.Count,
            Chosen = FormattableString.Invariant($"BG/NBD r={model.Counts.R:0.###} α={model.Counts.Alpha:0.##} a={model.Counts.A:0.###} b={model.Counts.B:0.##}{(model.Spend is { } s ? $", Gamma-Gamma p={s.P:0.##} q={s.Q:0.##} v={s.V:0.##}" : "")}{(model.Covariates is null ? "" : ", covariates")}"),
            JudgedFrom = end.AddDays(judge - last), JudgedTo = end, Limits = limits, Scores = ValueShape.Of(all.Select(h => model.Forecast(h, last, 90 / PurchaseHistory.Week).Value.Value)),
            Inputs = new Dictionary<string, ValueShape> { ["orders"] = ValueShape.Of(all.Select(h => (double)h.Days.Count)), ["days_since_last_order"] = ValueShape.Of(all.Select(h => (double)(last - h.Days[^1].Day))) },
        };
        return new TrainedModel(ModelBytes.Write(new ValueContent(model, measures["total error"].Value)), gain.Low > 0 ? "better" : "not better", true, Features,
            measures.ToDictionary(m => m.Key, m => m.Value.Value), end.AddDays(all.Min(h => h.First) - last), end, all.Count, Seed, card);
    }

    private static double Sum(double[] values, int[]? weights) => weights is null ? values.Sum() : values.Select((v, i) => v * weights[i]).Sum();
}
