using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Testing;
using Xunit;

namespace BehaviorDashboard.Tests.Forecasting;

/// <summary>From events to forecasts, on both engines.</summary>
public class ForecastRunTests
{
    public static TheoryData<Engine> Engines => [Engine.DuckDb, Engine.Postgres];

    [Theory, MemberData(nameof(Engines))]
    public async Task Forecasts_follow_sales_days_without_stock_are_no_lack_of_demand_and_new_products_sell_like_those_alike(Engine engine)
    {
        await using var world = await DemandWorld.OpenAsync(engine);
        await world.StockAsync([.. Enumerable.Range(0, 12).Select(i => (new ProductFact($"p{i}", $"Mug {i}", "Mugs", Price: 10 + i % 3, Stock: 50), 7d, 1, 1)),
            (new ProductFact("gone", "Mug gone", "Mugs", Price: 10m, Stock: 0), 7, 1, 1), (new ProductFact("fresh", "Mug fresh", "Mugs", Price: 11m, Stock: 5), 7, 1, 1), (new ProductFact("alone", "Sofa", "Sofas", Stock: 1), 7, 1, 1)]);
        for (var i = 0; i < 12; i++) await world.SellAsync($"p{i}", 30, 10, i);
        await world.SellAsync("gone", 30, 10, 99, week => week % 2 == 0);
        Assert.Empty(await world.Get<ForecastService>().ForecastsAsync());
        await world.ForecastAsync();

        var forecasts = await world.Get<ForecastService>().ForecastsAsync();
        Assert.Equal(15, forecasts.Count);
        Assert.All(Enumerable.Range(0, 12), i => Assert.InRange(forecasts[$"p{i}"].Weeks[0].Mean, 6, 14));
        Assert.InRange(forecasts["gone"].Weeks[0].Mean, 6.5, 14);
        Assert.Equal(("own", "look-alikes", "none"), (forecasts["p1"].Basis, forecasts["fresh"].Basis, forecasts["alone"].Basis));
        Assert.InRange(forecasts["fresh"].Weeks[0].Mean, 4, 10);
        Assert.All(forecasts.Values.SelectMany(f => f.Weeks), w => Assert.True(w.Q10 <= w.Q50 && w.Q50 <= w.Q90 && w.Q90 <= w.Q95));
        Assert.Equal(13, forecasts["p1"].Weeks.Count);
        var days = world.Get<ForecastService>().Days(forecasts["p1"]);
        Assert.Equal((91, DemandWorld.Midnight, DemandWorld.Midnight.AddDays(8)), (days.Count, days[0].Start, days[8].Start));
        Assert.Equal(forecasts["p1"].Weeks[0].Mean, days.Take(7).Sum(d => d.Mean), 1);
        Assert.Equal(DemandWorld.Midnight, forecasts["p1"].Weeks[0].Start);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Campaigns_and_what_people_know_better_lie_over_the_forecast_labelled_and_can_be_taken_away(Engine engine)
    {
        await using var world = await DemandWorld.OpenAsync(engine);
        await world.StockAsync((new ProductFact("p", "Mug", "Mugs", Price: 10m, Stock: 50), 7, 1, 1));
        await world.SellAsync("p", 30, 10, 1);
        await world.ForecastAsync();
        var service = world.Get<ForecastService>();
        var plain = (await service.FindAsync("p"))!;

        var layer = new ForecastLayer("p", ForecastLayer.Campaign, "campaign:3", "Spring", DemandWorld.Midnight.AddDays(7), DemandWorld.Midnight.AddDays(21), 40, 30, 50);
        await service.AddLayerAsync([layer]);
        await service.AddLayerAsync([layer with { Units = 60 }]);
        var with = (await service.FindAsync("p"))!;
        Assert.Equal([0, 30, 30, 0], with.Weeks.Take(4).Select(w => Math.Round(w.Campaign, 6)));
        Assert.Equal(plain.Weeks[1].Mean + 30, with.Weeks[1].Mean, 6);
        Assert.True(with.Weeks[1].Q90 > plain.Weeks[1].Q90 + 20);
        Assert.Single(await service.LayersAsync());

        Assert.Equal("override_reason", await service.OverrideAsync("p", 100, 2, " "));
        Assert.Null(await service.OverrideAsync("p", 100, 2, "The television shows it"));
        Assert.Equal([100, 130, 30], (await service.FindAsync("p"))!.Weeks.Take(3).Select(w => Math.Round(w.Mean - (w.Override is null ? w.Base : 0))));
        await service.ClearOverrideAsync("p");
        await service.RemoveLayerAsync("campaign:3");
        Assert.Equal(plain.Weeks, (await service.FindAsync("p"))!.Weeks);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task What_was_said_is_held_against_what_came_and_why_it_moved_adds_up(Engine engine)
    {
        await using var world = await DemandWorld.OpenAsync(engine);
        await world.StockAsync((new ProductFact("p", "Mug", "Mugs", Price: 10m, Stock: 50), 7, 1, 1));
        await world.SellAsync("p", 30, 10, 1);
        await world.ForecastAsync();
        var service = world.Get<ForecastService>();
        var said = (await service.FindAsync("p"))!.Weeks[0].Mean;
        // From the first day on there is a forecast of a week before: judged on what came, and a reason why the new one is other.
        Assert.True(Assert.Single(await service.AccuracyAsync()) is { Week: 1, Actual: > 0 });
        Assert.Equal(["before", "sales", "stock", "price", "campaign", "override", "now"], (await service.WhyChangedAsync("p")).Select(m => m.Kind));
        var run = (await service.FindAsync("p"))!.RunId;

        world.Time.Advance(TimeSpan.FromDays(7));
        await world.Store.Writer.AppendAsync([.. Enumerable.Range(0, 25).Select(i => Make.Event($"more{i}", "Order Completed", type: "item", product: "p", quantity: 1, price: 10m, at: DemandWorld.Midnight.AddHours(5 * i)))]);
        await world.ForecastAsync();
        var week = (await service.AccuracyAsync()).Single(w => w.RunId == run);
        Assert.Equal((1, 25d, said - 25), (week.Week, week.Actual, Math.Round(week.Error, 9)));

        var moves = await service.WhyChangedAsync("p");
        Assert.Equal(moves[^1].Units, moves.Take(moves.Count - 1).Sum(m => m.Units), 6);
        Assert.True(moves.Single(m => m.Kind == "sales").Units > 0);
    }
}
