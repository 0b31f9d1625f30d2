using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Inventory;

/// <summary>What is there and what will come, in days from now.</summary>
/// <param name="OnHand">Units on the shelf.</param>
/// <param name="Arrivals">Units on their way and after how many days they arrive; late ones count as arriving tomorrow.</param>
public sealed record StockPosition(double OnHand, IReadOnlyList<(double Day, double Units)> Arrivals)
{
    public double InboundUnits => Arrivals.Sum(a => a.Units);

    /// <summary>Units there will have been up to a day.</summary>
    public double Until(double day) => OnHand + Arrivals.Where(a => a.Day <= day).Sum(a => a.Units);
}

/// <summary>What is wanted: expected units up to a day from now, and how they stray: variance = Noise·M + Spread·M².</summary>
/// <param name="MostIn">Most units ever wanted in so many days; null where no history is known.</param>
/// <param name="ExtraUntil">Units beside the baseline up to a day, such as a campaign's; they stray by their own fifth, not by the baseline's spread.</param>
public sealed record DemandAhead(Func<double, double> BaseUntil, double Noise, double Spread, Func<double, double>? ExtraUntil = null, Func<double, double>? MostIn = null)
{
    private const double ExtraDoubt = 0.2;

    public double MeanUntil(double day) => BaseUntil(day) + Extra(day);

    public CountDistribution Until(double day) => Straying(day, 0);

    /// <summary>Up to a day that is itself uncertain.</summary>
    /// <param name="deviation">Of the day, in days.</param>
    public CountDistribution Until(double day, double deviation)
    {
        var daily = day > 0 ? MeanUntil(day) / day : 0;
        return Straying(day, daily * daily * deviation * deviation);
    }

    private double Extra(double day) => ExtraUntil?.Invoke(day) ?? 0;

    private CountDistribution Straying(double day, double more)
    {
        var (usual, extra) = (BaseUntil(day), Extra(day));
        return new(usual + extra, Noise * (usual + extra) + Spread * usual * usual + ExtraDoubt * ExtraDoubt * extra * extra + more);
    }
}

/// <summary>What buying a product takes.</summary>
/// <param name="Target">Share of demand to be served from the shelf (fill rate), 0 to 1.</param>
/// <param name="Review">Days between two looks.</param>
/// <param name="Cycle">Days of demand an order brings, at least.</param>
public sealed record BuyingTerms(double LeadDays, double LeadSpread, int Pack, int Minimum, double Target, double Review, double Cycle);

/// <summary>Where a product stands and what to order.</summary>
/// <param name="Point">Order when what is there and on its way falls to this.</param>
/// <param name="UpTo">Order up to this.</param>
/// <param name="Quantity">Whole packs, at least the minimum; 0 when nothing has to be ordered.</param>
/// <param name="Chance">Of being sold out before an order placed now arrives.</param>
/// <param name="LostUnits">Units expected to be wanted and not there until then.</param>
/// <param name="SoldOutDay">Day from now by which it is sold out more likely than not; null within the looked-at time.</param>
/// <param name="LastSafeDay">Latest day to order so that the target still holds; below 0: it has passed.</param>
/// <param name="DaysOfSupply">Days until what is on the shelf is expected to be sold; null when it would be years.</param>
public sealed record StockPlan(double Point, double UpTo, long Quantity, double Chance, double LostUnits, double? SoldOutDay, double? LastSafeDay, double? DaysOfSupply);

/// <summary>
/// Reorder point and quantity from quantiles over the lead time, and what happens until then. The (s, S) policy under a fill
/// rate: Silver, Pyke, Thomas: Inventory and Production Management in Supply Chains (2017), chapters 6 and 7.
/// </summary>
public static class StockPlanner
{
    /// <summary>Days looked ahead.</summary>
    public const int Horizon = 182;

    private const double MostPoint = 1e9;
    private const double LongestSupply = 2 * 365;

    public static StockPlan Plan(StockPosition stock, DemandAhead demand, BuyingTerms terms)
    {
        var (point, upTo) = Levels(demand, terms);
        var position = stock.OnHand + stock.InboundUnits;
        var arrival = Math.Max(terms.LeadDays, 1);
        var soldOut = FirstDay(stock, demand, 0.5);
        var risky = FirstDay(stock, demand, 1 - terms.Target);
        var late = terms.LeadDays + 1.28 * terms.LeadSpread;
        return new StockPlan(point, upTo, position > point ? 0 : Packs(upTo - position, terms), ChanceSoldOut(stock, demand, arrival), LostUnits(stock, demand, arrival), soldOut, risky - late, DaysOfSupply(stock.OnHand, demand));
    }

    /// <summary>
    /// s: the least stock with which the units lost in an order cycle are no more than the target allows. Stock is looked at
    /// now and then only, so an order is placed when it has fallen below s already, by half a review's demand and what that
    /// strays: that has to be covered beside the lead time, and an order brings that much more than S − s, so that more may be
    /// lost in its cycle. S: s and the demand of a cycle.
    /// </summary>
    public static (double Point, double UpTo) Levels(DemandAhead demand, BuyingTerms terms)
    {
        var lead = demand.Until(terms.LeadDays, terms.LeadSpread);
        var review = demand.MeanUntil(terms.LeadDays + terms.Review) - demand.MeanUntil(terms.LeadDays);
        var cycle = Math.Max(demand.MeanUntil(terms.LeadDays + terms.Cycle) - demand.MeanUntil(terms.LeadDays), terms.Minimum);
        if (lead.Mean + review <= 0.01) return (0, 0);
        var strays = demand.Noise * review + demand.Spread * review * review;
        var below = review > 0 ? (review * review + strays) / (2 * review) : 0;
        var covered = new CountDistribution(lead.Mean + below, lead.Variance + review * review / 12 + strays / 2);
        var allowed = (1 - terms.Target) * Ordered(Math.Max(cycle, review) + below, terms);
        var (low, high) = (0d, Math.Ceiling(Math.Min(MostPoint, covered.Mean + 10 * Math.Sqrt(covered.Variance) + 10)));
        if (covered.ExpectedBeyond(0) <= allowed) return (0, Math.Max(1, Math.Round(cycle)));
        while (high - low > 1)
        {
            var middle = Math.Floor((low + high) / 2);
            if (middle <= low) break;
            if (covered.ExpectedBeyond(middle) <= allowed) high = middle;
            else low = middle;
        }
        // Units cannot be split: always the safe side would serve more than was asked for, and keep the stock for it.
        var point = covered.ExpectedBeyond(high - 1) - allowed < allowed - covered.ExpectedBeyond(high) ? high - 1 : high;
        // The tail of a product that sells by fits reaches far beyond anything it ever sold: nobody buys for that.
        if (demand.MostIn?.Invoke(terms.LeadDays + terms.Review) is { } most) point = Math.Min(point, Math.Ceiling(Math.Max(lead.Mean + review, most)));
        return (point, point + Math.Max(1, Math.Round(cycle)));
    }

    /// <summary>Units an order brings on average: whole packs, never less than the minimum.</summary>
    private static double Ordered(double units, BuyingTerms terms) => Math.Max(units, terms.Minimum) + (Math.Max(1, terms.Pack) - 1) / 2d;

    /// <summary>Whole packs that are enough, and not below the minimum.</summary>
    public static long Packs(double units, BuyingTerms terms)
    {
        if (units <= 0) return 0;
        var wanted = Math.Max(units, terms.Minimum);
        var pack = Math.Max(1, terms.Pack);
        return (long)Math.Ceiling(wanted / pack - 1e-9) * pack;
    }

    /// <summary>Chance that some time up to a day more was wanted than there was. The largest of the days' own chances: it falls only where stock arrives.</summary>
    public static double ChanceSoldOut(StockPosition stock, DemandAhead demand, double day)
    {
        var chance = 1 - demand.Until(day).AtMost(stock.Until(day));
        foreach (var (when, _) in stock.Arrivals.Where(a => a.Day < day)) chance = Math.Max(chance, 1 - demand.Until(when).AtMost(stock.Until(when - 1e-6)));
        return Math.Clamp(chance, 0, 1);
    }

    /// <summary>Units expected to be wanted and not there, arrival by arrival; what was lost is not wanted again.</summary>
    public static double LostUnits(StockPosition stock, DemandAhead demand, double day)
    {
        var lost = 0d;
        foreach (var when in stock.Arrivals.Where(a => a.Day < day).Select(a => a.Day).Distinct().Order().Append(day))
            lost += Math.Max(0, demand.Until(when).ExpectedBeyond(stock.Until(when == day ? when : when - 1e-6) + lost));
        return lost;
    }

    /// <summary>The first day on which the chance of being sold out reaches this; null where it does not.</summary>
    public static double? FirstDay(StockPosition stock, DemandAhead demand, double chance)
    {
        for (var day = 1; day <= Horizon; day += day < 28 ? 1 : 7)
            if (1 - demand.Until(day).AtMost(stock.Until(day)) >= chance) return day;
        return null;
    }

    public static double? DaysOfSupply(double onHand, DemandAhead demand)
    {
        if (demand.MeanUntil(LongestSupply) <= Math.Max(onHand, 0.5)) return null;
        var (low, high) = (0d, LongestSupply);
        for (var i = 0; i < 40; i++)
        {
            var middle = (low + high) / 2;
            if (demand.MeanUntil(middle) < onHand) low = middle;
            else high = middle;
        }
        return low;
    }
}
