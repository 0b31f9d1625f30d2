using BehaviorDashboard.Forecasting.Ml;

namespace BehaviorDashboard.Inventory;

/// <summary>What is tried.</summary>
/// <param name="Discount">Share taken off the price of all products, 0 to .7.</param>
/// <param name="Extra">Share by which a campaign's audience raises demand, 0 to 2.</param>
/// <param name="LeadFactor">Lead times against now, .25 to 4.</param>
/// <param name="Target">Share of demand to be served; null: as each product has it.</param>
public sealed record Scenario(double Discount, double Extra, double LeadFactor, double? Target)
{
    public static Scenario Now { get; } = new(0, 0, 1, null);

    /// <summary>The nearest that can be tried.</summary>
    public Scenario Sane() => new(Math.Clamp(Finite(Discount, 0), 0, 0.7), Math.Clamp(Finite(Extra, 0), 0, 2), Math.Clamp(Finite(LeadFactor, 1), 0.25, 4), Target is { } t && double.IsFinite(t) ? Math.Clamp(t, 0.5, 0.999) : null);

    private static double Finite(double value, double otherwise) => double.IsFinite(value) ? value : otherwise;
}

/// <summary>A figure with its band of 80 %.</summary>
public sealed record Band(double Low, double Middle, double High)
{
    internal static Band Of(double[] values)
    {
        Array.Sort(values);
        double At(double share) => values[Math.Clamp((int)(share * values.Length), 0, values.Length - 1)];
        return new Band(At(0.1), At(0.5), At(0.9));
    }
}

/// <summary>What eight weeks bring.</summary>
/// <param name="Stock">Value of what is on the shelf at the end of each week, expected.</param>
public sealed record ScenarioResult(Scenario Scenario, Band Revenue, Band Margin, Band Lost, Band StockValue, Band Orders, double FillRate, IReadOnlyList<double> Stock);

/// <summary>A product as the sandbox plays with it.</summary>
internal sealed record SandboxProduct(string Id, double OnHand, IReadOnlyList<(double Day, double Units)> Arrivals, double[] Weekly, double Noise, double Spread, double Price, double Cost, BuyingTerms Terms);

/// <summary>
/// Plays eight weeks many times: demand drawn from the forecast, stock looked at each week and ordered by the policy, arrivals
/// after the lead time. Every scenario meets the same draws of chance, so that what differs between two comes from what was changed.
/// </summary>
internal static class SandboxRun
{
    public const int Weeks = 8;
    private const int Draws = 160;

    public static ScenarioResult Play(IReadOnlyList<SandboxProduct> products, Scenario scenario, double elasticity, int seed, CancellationToken cancel)
    {
        var (revenue, margin, lost, value, orders) = (new double[Draws], new double[Draws], new double[Draws], new double[Draws], new double[Draws]);
        var (path, wanted, served) = (new double[Weeks], 0d, 0d);
        var price = 1 - scenario.Discount;
        var lift = Math.Pow(price, -elasticity) * (1 + scenario.Extra);
        for (var p = 0; p < products.Count; p++)
        {
            cancel.ThrowIfCancellationRequested();
            var product = products[p];
            var terms = product.Terms with { LeadDays = product.Terms.LeadDays * scenario.LeadFactor, LeadSpread = product.Terms.LeadSpread * scenario.LeadFactor, Target = scenario.Target ?? product.Terms.Target };
            var mean = product.Weekly.Select(w => w * lift).ToArray();
            var (point, upTo) = StockPlanner.Levels(new DemandAhead(day => Until(mean, day), product.Noise, product.Spread), terms);
            for (var draw = 0; draw < Draws; draw++)
            {
                var chance = new Random(HashCode.Combine(seed, p, draw));
                var level = Math.Exp(Math.Sqrt(product.Spread) * Normal(chance) - product.Spread / 2);
                var onHand = product.OnHand;
                var arriving = product.Arrivals.Select(a => (Week: a.Day / 7, a.Units)).ToList();
                for (var week = 0; week < Weeks; week++)
                {
                    onHand += arriving.Where(a => a.Week >= week && a.Week < week + 1).Sum(a => a.Units);
                    var position = onHand + arriving.Where(a => a.Week >= week + 1).Sum(a => a.Units);
                    if (position <= point && StockPlanner.Packs(upTo - position, terms) is > 0 and var units)
                    {
                        var days = Math.Max(1, terms.LeadDays + terms.LeadSpread * Normal(chance));
                        arriving.Add((Math.Max(week + days / 7, week + 1), units));
                        orders[draw] += units * product.Cost;
                    }
                    else _ = Normal(chance);
                    var m = mean[Math.Min(week, mean.Length - 1)] * level;
                    var asked = m <= 0 ? 0 : new CountDistribution(m, Math.Max(m, product.Noise * m)).Quantile(Math.Clamp(chance.NextDouble(), 1e-6, 1 - 1e-6));
                    var sold = Math.Min(onHand, asked);
                    onHand -= sold;
                    revenue[draw] += sold * product.Price * price;
                    margin[draw] += sold * (product.Price * price - product.Cost);
                    lost[draw] += (asked - sold) * product.Price * price;
                    (wanted, served) = (wanted + asked, served + sold);
                    path[week] += onHand * product.Cost / Draws;
                }
                value[draw] += onHand * product.Cost;
            }
        }
        return new ScenarioResult(scenario, Band.Of(revenue), Band.Of(margin), Band.Of(lost), Band.Of(value), Band.Of(orders), wanted > 0 ? served / wanted : 1, path);
    }

    internal static double Until(double[] weekly, double day)
    {
        var sum = 0d;
        for (var week = 0; week * 7 < day; week++) sum += weekly[Math.Min(week, weekly.Length - 1)] * Math.Min(1, (day - week * 7) / 7);
        return sum;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
