using BehaviorDashboard.Forecasting.Ml;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Tests.Forecasting;
using CsCheck;
using Xunit;

namespace BehaviorDashboard.Tests.Inventory;

/// <summary>Reorder points, quantities and chances; and that a policy keeps what it promises.</summary>
public class StockPlanTests
{
    private static DemandAhead Daily(double units, double noise = 1.2, double spread = 0.01) => new(day => day * units, noise, spread);

    private static readonly Gen<(DemandAhead Demand, BuyingTerms Terms, StockPosition Stock)> Worlds =
        from daily in Gen.Double[0.05, 30]
        from lead in Gen.Double[1, 40]
        from pack in Gen.Int[1, 24]
        from minimum in Gen.Int[1, 60]
        from target in Gen.Double[0.7, 0.995]
        from hand in Gen.Int[0, 600]
        from coming in Gen.Int[0, 200]
        select (Daily(daily), new BuyingTerms(lead, lead / 5, pack, minimum, target, 7, 21), new StockPosition(hand, coming == 0 ? [] : [(lead / 2 + 1, coming)]));

    [Fact]
    public void Orders_are_whole_packs_no_less_than_the_minimum_and_reach_the_level() => Worlds.Sample(w =>
    {
        var plan = StockPlanner.Plan(w.Stock, w.Demand, w.Terms);
        var position = w.Stock.OnHand + w.Stock.InboundUnits;
        return plan.Chance is >= 0 and <= 1 && plan.LostUnits >= 0
            && (plan.Quantity == 0 ? position > plan.Point || plan.UpTo <= position : plan.Quantity % w.Terms.Pack == 0 && plan.Quantity >= w.Terms.Minimum && position + plan.Quantity >= plan.UpTo - 1e-6);
    });

    [Fact]
    public void More_stock_is_never_a_greater_risk_and_a_higher_target_never_less_stock() => Worlds.Sample(w =>
    {
        var more = w.Stock with { OnHand = w.Stock.OnHand + 20 };
        var (low, high) = (StockPlanner.Levels(w.Demand, w.Terms with { Target = 0.8 }), StockPlanner.Levels(w.Demand, w.Terms with { Target = 0.98 }));
        return StockPlanner.ChanceSoldOut(more, w.Demand, 30) <= StockPlanner.ChanceSoldOut(w.Stock, w.Demand, 30) + 1e-9
            && StockPlanner.LostUnits(more, w.Demand, 30) <= StockPlanner.LostUnits(w.Stock, w.Demand, 30) + 1e-6 && high.Point >= low.Point;
    });

    [Fact]
    public void Stock_that_arrives_lowers_what_is_lost_and_what_runs_out_is_dated()
    {
        var demand = Daily(10, 1, 0);
        Assert.Equal(10, StockPlanner.DaysOfSupply(100, demand)!.Value, 1);
        Assert.InRange(StockPlanner.FirstDay(new StockPosition(100, []), demand, 0.5)!.Value, 9, 12);
        var (without, with) = (StockPlanner.LostUnits(new StockPosition(100, []), demand, 20), StockPlanner.LostUnits(new StockPosition(100, [(8, 120)]), demand, 20));
        Assert.InRange(without, 99, 102);
        Assert.InRange(with, 0, 3);
        Assert.Null(StockPlanner.FirstDay(new StockPosition(100_000, []), demand, 0.5));
        Assert.Null(StockPlanner.DaysOfSupply(5, Daily(0)));
    }

    [Theory, InlineData(0.9), InlineData(0.95), InlineData(0.98)]
    public void The_policy_serves_the_share_it_promises(double target)
    {
        var random = new Random(11);
        var runs = Enumerable.Range(0, 200).Select(_ =>
        {
            var weekly = 3 + 27 * random.NextDouble();
            var demand = Enumerable.Range(0, 160).Select(_ => (double)DemandWorld.Poisson(random, weekly)).ToArray();
            var terms = new BuyingTerms(21, 4, 1, 1, target, 7, 21);
            var levels = StockPlanner.Levels(new DemandAhead(day => day * weekly / 7, 1, 0), terms);
            return PolicySimulator.Run(demand, _ => levels, () => 3 + (random.Next(5) == 0 ? 1 : random.Next(5) == 0 ? -1 : 0), levels.UpTo, terms);
        }).ToList();
        Assert.InRange(PolicySimulator.Total(runs, 160).FillRate, target - 0.015, target + 0.015);
    }

    [Fact]
    public void Classes_follow_money_and_steadiness()
    {
        var classes = StockClasses.Of([("a", 800, 80, 1, 0.01), ("b", 150, 3, 2, 0), ("c", 50, 0.5, 2, 0), ("d", 0, 0, 1, 0)]);
        Assert.Equal(("AX", "BY", "CZ", "CZ"), (classes["a"], classes["b"], classes["c"], classes["d"]));
    }

    [Fact]
    public void Nobody_buys_for_more_than_was_ever_wanted_unless_the_forecast_itself_says_so()
    {
        var terms = new BuyingTerms(14, 3, 1, 1, 0.95, 7, 7);
        DemandAhead Fits(double most) => new(day => 100 * day / 7, 20, 4, MostIn: _ => most);
        Assert.True(StockPlanner.Levels(Fits(1e9), terms).Point > 700);
        Assert.Equal(420, StockPlanner.Levels(Fits(420), terms).Point);
        Assert.InRange(StockPlanner.Levels(Fits(10), terms).Point, 200, 350);
    }
}
