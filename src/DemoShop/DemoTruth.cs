namespace BehaviorDashboard.DemoShop;

/// <summary>What an e-mail does to one person, as the law of the world has it.</summary>
/// <param name="Without">Chance of at least one order in the seven days after, if they are not mailed.</param>
/// <param name="With">The same if they are.</param>
/// <param name="SpendWithout">Expected spend in those days, if they are not mailed.</param>
/// <param name="SpendWith">The same if they are, after the discount.</param>
public sealed record TreatmentEffect(double Without, double With, double SpendWithout, double SpendWith)
{
    public double Lift => With - Without;

    public ResponseClass Class => Lift switch
    {
        < -0.003 => ResponseClass.SleepingDog,
        > 0.01 => ResponseClass.Persuadable,
        _ => Without > 0.08 ? ResponseClass.SureThing : ResponseClass.LostCause,
    };
}

public enum ResponseClass
{
    Persuadable,
    SureThing,
    LostCause,
    SleepingDog,
}

/// <summary>A mailing of the past with who got it and who was held out.</summary>
public sealed record CampaignTruth(DemoCampaign Campaign, IReadOnlyList<DemoPerson> Treated, IReadOnlyList<DemoPerson> Held);

/// <summary>
/// What is true in the simulated shop, computed from the same law that makes its events, for evaluations that must
/// know the right answer. Stock-outs are left out of what people want: demand is what it would be with full shelves.
/// </summary>
public sealed class DemoTruth(DemoSimulation simulation)
{
    private readonly DemoWorld _world = simulation.World;
    private readonly ShopperModel _model = simulation.Model;
    private readonly Dictionary<int, DayFacts> _facts = [];

    /// <summary>Every mailing so far.</summary>
    public IReadOnlyList<CampaignTruth> Campaigns =>
        [.. simulation.Campaigns.Select(c => new CampaignTruth(c.Campaign, [.. c.Treated.Select(i => _world.People[i])], [.. c.Held.Select(i => _world.People[i])]))];

    /// <summary>How much a person likes a product: latent, before price, season and appeal.</summary>
    public static double Liking(DemoPerson person, DemoProduct product) => Tastes.Liking(person.Taste, product.Position);

    /// <summary>Expected units of a product in one visit of a person on a day: the order a perfect recommender would use.</summary>
    public IReadOnlyList<double> Utilities(DemoPerson person, int day)
    {
        var units = new double[_world.Products.Count];
        _model.AddUnitsPerVisit(person, Facts(day), 1, units);
        return units;
    }

    /// <summary>Chance of at least one order from <paramref name="day"/> on, for so many days, given whether they still shop that day.</summary>
    public double BuyProbability(DemoPerson person, int day, int days) => 1 - NoOrder(person, day, days, 1, 0);

    /// <summary>Chance of any visit in those days.</summary>
    public double VisitProbability(DemoPerson person, int day, int days) => 1 - None(person, day, days, facts => ShopperModel.Visits(person, facts));

    /// <summary>What a campaign sent on a day does to a person over the days after it.</summary>
    /// <param name="days">At most the seven on which a mail acts.</param>
    public TreatmentEffect Effect(DemoPerson person, int day, double discount, int days = DemoCampaign.EffectDays)
    {
        var factor = Math.Max(0.1, 1 + person.EmailLift);
        var without = 1 - NoOrder(person, day + 1, days, 1, 0);
        var spend = Spend(person, day + 1, days, 1, 0);
        var opens = person.OpensEmail;
        if (opens == 0) return new TreatmentEffect(without, without, spend, spend);
        var opened = 1 - NoOrder(person, day + 1, days, factor, discount);
        return new TreatmentEffect(without, without + opens * (opened - without), spend, spend + opens * (Spend(person, day + 1, days, factor, discount) - spend));
    }

    /// <summary>Expected units people want to buy on a day, by product index, given who still shops: before stock censors it.</summary>
    public IReadOnlyList<double> Demand(int day)
    {
        var units = new double[_world.Products.Count];
        var facts = Facts(day);
        foreach (var person in _world.People)
        {
            if (!person.IsAlive(day)) continue;
            var visits = ShopperModel.Visits(person, facts) + (person.ArrivalDay == day ? 1 : 0);
            _model.AddUnitsPerVisit(person, facts, visits, units);
        }
        return units;
    }

    /// <summary>Units on hand when a past day ended.</summary>
    public int Stock(DemoProduct product, int day) => simulation.Stock.AtClose(product.Index, day);

    /// <summary>Units that people tried to take on a past day and that were not there.</summary>
    public int LostUnits(DemoProduct product, int day) => simulation.Stock.Lost(product.Index, day);

    private double NoOrder(DemoPerson person, int day, int days, double factor, double discount) =>
        None(person, day, days, facts => ShopperModel.Visits(person, facts) * factor * _model.OrdersPerVisit(person, facts, discount));

    /// <summary>Chance that something does not happen in those days, given who still shops on the first: they may be gone before.</summary>
    /// <param name="rate">How often it happens on a day.</param>
    private double None(DemoPerson person, int day, int days, Func<DayFacts, double> rate)
    {
        if (!person.IsAlive(day)) return 1;
        var (still, none) = (1.0, 1.0);
        var gone = 0.0;
        for (var d = day; d < day + days; d++)
        {
            if (d > day)
            {
                gone += none * still * person.ChurnHazard;
                still *= 1 - person.ChurnHazard;
            }
            none *= Math.Exp(-rate(Facts(d)));
        }
        return gone + none * still;
    }

    private double Spend(DemoPerson person, int day, int days, double factor, double discount)
    {
        if (!person.IsAlive(day)) return 0;
        var (sum, still) = (0.0, 1.0);
        for (var d = day; d < day + days; d++)
        {
            if (d > day) still *= 1 - person.ChurnHazard;
            var facts = Facts(d);
            var units = new double[_world.Products.Count];
            _model.AddUnitsPerVisit(person, facts, ShopperModel.Visits(person, facts) * factor * still, units, discount);
            for (var i = 0; i < units.Length; i++) sum += units[i] * (double)facts.Price[i] * (1 - discount);
        }
        return sum;
    }

    private DayFacts Facts(int day)
    {
        if (!_facts.TryGetValue(day, out var facts)) _facts[day] = facts = new DayFacts(_world, day);
        return facts;
    }
}
