using BehaviorDashboard.Learning;
using BehaviorDashboard.Predictions;

namespace BehaviorDashboard.Evaluation;

/// <summary>
/// Customer value learned from the first part of a file and judged by the rest: nothing after the split is seen, and whether
/// covariates help is decided by the likelihood of the first part. CDNOW's files split after 39 weeks, others after half the time.
/// </summary>
internal static class ClvTask
{
    public static readonly EvaluationTask Task = new("clv", "<purchases> [--split yyyy-mm-dd]", RunAsync);

    private static Task RunAsync(Arguments arguments, Report report)
    {
        arguments.Allow("split");
        var lines = OrdersFile.Read(arguments.Path(0, "the file of purchases"));
        var (begin, end) = (lines.Min(l => l.Day), lines.Max(l => l.Day));
        var split = Split(arguments.Text("split"), begin, end);
        if (split <= begin || split >= end) throw new EvaluationException($"The split {split:yyyy-MM-dd} must lie between {begin:yyyy-MM-dd} and {end:yyyy-MM-dd}.");
        var (day, last) = (split.DayNumber - begin.DayNumber, end.DayNumber - begin.DayNumber);
        var histories = PurchaseHistory.Of(lines.Select(l => (l.Customer, l.Day.DayNumber - begin.DayNumber, l.Units, l.Value))).Where(h => h.Exists(day)).ToList();
        if (histories.Count < 50) throw new EvaluationException($"{histories.Count} customers bought before {split:yyyy-MM-dd}; at least 50 are needed.");
        var customers = histories.Select(h => h.At(day)).ToList();
        var (weeks, model) = ((last - day) / PurchaseHistory.Week, ValueModel.Fit(histories, day));
        var came = histories.Select(h => (double)h.Count(day, last)).ToArray();
        var spent = histories.Select(h => h.Value(day, last)).ToArray();
        var forecasts = histories.Select(h => model.Forecast(h, day, weeks)).ToList();
        var foretold = forecasts.Select(f => f.Orders.Value).ToArray();

        report.Figure("customers", histories.Count);
        report.Figure("split", split.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        report.Figure("holdout weeks", weeks);
        report.Figure("r", model.Counts.R);
        report.Figure("alpha", model.Counts.Alpha);
        report.Figure("a", model.Counts.A);
        report.Figure("b", model.Counts.B);
        report.Figure("LL", model.Counts.LogLikelihood.ToString("F4", System.Globalization.CultureInfo.InvariantCulture));
        if (model.Spend is { } spend)
        {
            report.Figure("p", spend.P);
            report.Figure("q", spend.Q);
            report.Figure("v", spend.V);
        }
        report.Figure("conditional expectation x=2 t_x=30.43 T=38.86 t=39", model.Counts.Expected(new Purchases(2, 30.43, 38.86, 0), 39));
        report.Figure("covariates", model.Covariates is null ? "left out: they explain too little before the split" : $"first order's value and units, LL {model.Covariates.Base.LogLikelihood:F1}");
        Quality("", foretold);
        report.Figure("coverage of the 80 % band (orders)", forecasts.Zip(came, (f, c) => c >= f.Orders.Low && c <= f.Orders.High ? 1.0 : 0).Average());
        report.Figure("value RMSE", FigureMetrics.Rmse([.. forecasts.Select(f => f.Value.Value)], spent));
        report.Figure("value total error", forecasts.Sum(f => f.Value.Value) / spent.Sum() - 1);
        report.Figure("coverage of the 80 % band (value)", forecasts.Zip(spent, (f, s) => s >= f.Value.Low && s <= f.Value.High ? 1.0 : 0).Average());
        Quality("BG/NBD alone", [.. customers.Select(c => model.Counts.Expected(c, weeks))]);
        // Everybody goes on at their own rate so far, or at everybody's.
        Quality("own rate", [.. customers.Select(c => c.Age <= 0 ? 0 : c.Repeats / c.Age * weeks)]);
        Quality("mean rate", [.. customers.Select(_ => customers.Sum(c => c.Repeats) / customers.Sum(c => c.Age) * weeks)]);
        return System.Threading.Tasks.Task.CompletedTask;

        void Quality(string label, double[] says)
        {
            var before = label.Length == 0 ? "" : label + " ";
            report.Figure(before + "RMSE", FigureMetrics.Rmse(says, came));
            report.Figure(before + "R2", FigureMetrics.R2(says, came));
            report.Figure(before + "correlation", FigureMetrics.Correlation(says, came));
            report.Figure(before + "total error", says.Sum() / came.Sum() - 1);
        }
    }

    private static DateOnly Split(string? asked, DateOnly begin, DateOnly end)
    {
        if (asked is not null) return OrdersFile.Date(asked) ?? throw new EvaluationException($"--split {asked} is not a date.");
        // The published analysis of CDNOW: 39 weeks to learn from, 39 to judge.
        return begin == new DateOnly(1997, 1, 1) && end == new DateOnly(1998, 6, 30) ? new DateOnly(1997, 9, 30) : begin.AddDays((end.DayNumber - begin.DayNumber) / 2);
    }
}
