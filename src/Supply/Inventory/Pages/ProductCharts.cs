using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Inventory.Pages;

/// <summary>The pictures of one product.</summary>
internal sealed class ProductCharts(IStringLocalizer<InventoryText> text, ShopClock clock)
{
    private const int PathDays = 84;
    private const int DaysAhead = 28;

    /// <summary>Units a week: as sold, with days without stock filled, and what is to come with its band of 80 %.</summary>
    public ChartModel Demand(IReadOnlyList<(DateTimeOffset Start, double Sold, double Demand)> history, ProductForecast forecast)
    {
        var weeks = forecast.Weeks;
        var filled = history.Any(h => h.Demand > h.Sold + 0.01);
        List<TimeSeries> lines =
        [
            new(text["Sold"], [.. history.Select(h => (h.Start, (double?)h.Sold))]),
            new(text["Forecast"], [.. weeks.Select(w => (w.Start, (double?)Math.Round(w.Mean, 1)))], Area: true),
            new(text["Q10"], [.. weeks.Select(w => (w.Start, (double?)w.Q10))], Dashed: true), new(text["Q90"], [.. weeks.Select(w => (w.Start, (double?)w.Q90))], Dashed: true),
        ];
        if (filled) lines.Insert(1, new(text["Filled"], [.. history.Select(h => (h.Start, (double?)Math.Round(h.Demand, 1)))], Dashed: true));
        if (forecast.LastYear is { } before) lines.Add(new(text["LastYear"], [.. weeks.Zip(before, (w, units) => (w.Start, (double?)units))], Dashed: true));
        if (weeks.Any(w => w.Campaign > 0)) lines.Add(new(text["WithoutCampaigns"], [.. weeks.Select(w => (w.Start, (double?)Math.Round(w.Mean - w.Campaign, 1)))], Dashed: true));
        return Charts.Time(clock, text["Week"], lines, [new(forecast.StartsAt, text["TodayMark"])]);
    }

    /// <summary>Units a day: as sold, and what is to come with its band of 80 %.</summary>
    public ChartModel Days(IReadOnlyList<(DateTimeOffset Start, double Sold)> history, IReadOnlyList<ForecastDay> ahead)
    {
        var days = ahead.Take(DaysAhead).ToList();
        return Charts.Time(clock, text["Day"],
            [
                new(text["Sold"], [.. history.Select(h => (h.Start, (double?)h.Sold))]), new(text["Forecast"], [.. days.Select(d => (d.Start, (double?)Math.Round(d.Mean, 1)))], Area: true),
                new(text["Q10"], [.. days.Select(d => (d.Start, (double?)d.Q10))], Dashed: true), new(text["Q90"], [.. days.Select(d => (d.Start, (double?)d.Q90))], Dashed: true),
            ], [new(days[0].Start, text["TodayMark"])]);
    }

    /// <summary>Units on the shelf by day if nothing is ordered, with arrivals: expected, and with little or much demand.</summary>
    public ChartModel Path(StockStatus status)
    {
        var (stock, demand) = (StockService.Position(status.OnHand!.Value, status.Inbound, status.AsOf), StockService.Ahead(status.Forecast!, status.AsOf));
        var days = Enumerable.Range(0, PathDays / 2 + 1).Select(d => d * 2).ToList();
        TimeSeries Line(string name, Func<int, double> wanted, bool dashed) =>
            new(name, [.. days.Select(d => (status.AsOf.AddDays(d), (double?)Math.Round(Math.Max(0, stock.Until(d) - wanted(d)), 1)))], dashed, !dashed);
        var notes = status.Inbound.Select(i => new ChartNote(i.ExpectedAt, text["Arrives", i.Missing])).ToList();
        return Charts.Time(clock, text["Day"],
            [Line(text["Expected"], d => demand.MeanUntil(d), false), Line(text["MuchDemand"], d => d == 0 ? 0 : demand.Until(d).Quantile(0.9), true), Line(text["LittleDemand"], d => d == 0 ? 0 : demand.Until(d).Quantile(0.1), true)], notes);
    }
}
