using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Inventory;

/// <summary>What a policy did over the periods it was tried on.</summary>
/// <param name="FillRate">Share of wanted units that were on the shelf.</param>
/// <param name="MeanStock">Units on the shelf at the end of a period, on average, all products together.</param>
public sealed record PolicyResult(double FillRate, double MeanStock, long Orders);

/// <summary>Tries a policy on demand that came: stock is looked at each period, orders arrive after the lead time, what is not there is lost.</summary>
public static class PolicySimulator
{
    /// <param name="demand">Units by period.</param>
    /// <param name="levels">Of a period: the point at which to order, and up to what.</param>
    /// <param name="lead">Periods from order to arrival, drawn for each order.</param>
    /// <param name="warm">Periods that are played but not counted: the stock of the start is not the policy's.</param>
    /// <returns>Wanted, served, stock at each period's end summed up, orders.</returns>
    public static (double Wanted, double Served, double Stock, long Orders) Run(double[] demand, Func<int, (double Point, double UpTo)> levels, Func<int> lead, double start, BuyingTerms terms, int warm = 0)
    {
        var (onHand, wanted, served, stock, orders) = (start, 0d, 0d, 0d, 0L);
        var arriving = new List<(int Period, double Units)>();
        for (var t = 0; t < demand.Length; t++)
        {
            onHand += arriving.Where(a => a.Period == t).Sum(a => a.Units);
            arriving.RemoveAll(a => a.Period <= t);
            var (point, upTo) = levels(t);
            var position = onHand + arriving.Sum(a => a.Units);
            if (position <= point && StockPlanner.Packs(upTo - position, terms) is > 0 and var units)
            {
                arriving.Add((t + Math.Max(1, lead()), units));
                orders++;
            }
            var sold = Math.Min(onHand, demand[t]);
            onHand -= sold;
            if (t < warm) continue;
            wanted += demand[t];
            served += sold;
            stock += onHand;
        }
        return (wanted, served, stock, orders);
    }

    /// <summary>All products together.</summary>
    public static PolicyResult Total(IReadOnlyCollection<(double Wanted, double Served, double Stock, long Orders)> runs, int periods)
    {
        var wanted = runs.Sum(r => r.Wanted);
        return new PolicyResult(wanted > 0 ? runs.Sum(r => r.Served) / wanted : 1, runs.Sum(r => r.Stock) / Math.Max(1, periods), runs.Sum(r => r.Orders));
    }
}
