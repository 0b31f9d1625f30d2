using BehaviorDashboard.DemoShop;
using Xunit;

namespace BehaviorDashboard.Tests.DemoShop;

/// <summary>What the demo says is true is what happens, within the noise of counting.</summary>
public sealed class DemoTruthTests(DemoTruthTests.BigShop shop) : IClassFixture<DemoTruthTests.BigShop>
{
    private static readonly DemoIncidents Planted = new(
        new StockShortage(Category: 3, DemoYear.First.AddDays(100), Days: 14, Size: 1),
        new BadCampaign(DemoYear.First.AddDays(120), Size: 1),
        new ReviewSurge(Product: 35, DemoYear.First.AddDays(150), Days: 7, Size: 6));

    private readonly DemoYear _year = shop.Year;

    [Fact]
    public void Wanted_units_are_sold_units_plus_what_was_missing()
    {
        var wanted = shop.Wanted.Sum();
        var sold = _year.Orders(20, 60).Sum(o => o.Order.Lines.Sum(l => l.Quantity));
        Assert.InRange(sold / wanted, 0.88, 1.03);
    }

    [Fact]
    public void Demand_ranks_products_as_sales_do()
    {
        var wanted = shop.Wanted;
        var top = Enumerable.Range(0, wanted.Length).OrderByDescending(i => wanted[i]).Take(100).ToHashSet();
        var sold = _year.Orders(20, 60).SelectMany(o => o.Order.Lines).ToList();
        var ofTop = sold.Where(l => top.Contains(l.Product.Index)).Sum(l => l.Quantity) / (double)sold.Sum(l => l.Quantity);
        var expected = top.Sum(i => wanted[i]) / wanted.Sum();
        Assert.InRange(ofTop, expected - 0.06, expected + 0.06);
    }

    [Theory, InlineData(7), InlineData(30)]
    public void As_many_people_buy_as_their_chances_add_up_to(int days)
    {
        // From a day on whose window holds no mailing: 30 + 28k is a mailing, it acts for a week.
        var from = days == 7 ? 38 + 28 : 38;
        var people = _year.World.People.Where(p => p.ArrivalDay < from).ToList();
        var buyers = DemoYear.Buyers(_year.Orders(from, days));
        var expected = people.Sum(p => _year.Truth.BuyProbability(p, from, days));
        var bought = people.Count(p => buyers.Contains(p.UserId));
        Assert.InRange(bought / expected, 0.85, days == 7 ? 1.1 : 1.2);
    }

    [Fact]
    public void Churned_people_never_buy()
    {
        var gone = _year.World.People.Where(p => p.ChurnDay <= 60).ToList();
        Assert.All(gone, p => Assert.Equal(0, _year.Truth.BuyProbability(p, 60, 30)));
        var buyers = DemoYear.Buyers(_year.Orders(60, 30));
        Assert.DoesNotContain(gone, p => buyers.Contains(p.UserId));
    }

    [Fact]
    public void Mailings_change_what_people_buy_by_their_known_effect()
    {
        var (seen, expected, variance) = (0.0, 0.0, 0.0);
        foreach (var mailing in _year.Truth.Campaigns.Where(c => !c.Campaign.Annoys && c.Campaign.Discount > 0))
        {
            var day = _year.World.DayOf(mailing.Campaign.Date);
            var buyers = DemoYear.Buyers(_year.Orders(day + 1, DemoCampaign.EffectDays));
            var (with, without) = (Rate(mailing.Treated, buyers), Rate(mailing.Held, buyers));
            var n = (double)mailing.Treated.Count;
            seen += n * (with - without);
            variance += n * n * (with * (1 - with) / n + without * (1 - without) / mailing.Held.Count);
            expected += mailing.Treated.Sum(p => _year.Truth.Effect(p, day, mailing.Campaign.Discount).Lift);
        }
        Assert.True(expected > 0);
        Assert.InRange(seen, expected - 3 * Math.Sqrt(variance), expected + 3 * Math.Sqrt(variance));
    }

    [Fact]
    public void All_four_kinds_of_response_exist_and_sleeping_dogs_lose()
    {
        var effects = _year.World.People.Where(p => p.IsAlive(90)).Take(2000).Select(p => (Person: p, Effect: _year.Truth.Effect(p, 90, 0.15))).ToList();
        Assert.Equal(4, effects.Select(e => e.Effect.Class).Distinct().Count());
        Assert.All(effects.Where(e => e.Effect.Class == ResponseClass.SleepingDog), e => Assert.True(e.Person.EmailLift < 0));
        Assert.All(effects.Where(e => e.Person.OpensEmail == 0), e => Assert.Equal(0, e.Effect.Lift));
    }

    [Fact]
    public void Exposures_from_outside_bring_visits()
    {
        var (plain, exposed) = (new DemoYear(7, 1, DemoIncidents.None, 10), new DemoYear(7, 1, DemoIncidents.None, 10));
        foreach (var person in exposed.World.People) Assert.True(exposed.Simulation.Expose(person.UserId, "spring", 0.2));
        Assert.False(exposed.Simulation.Expose("nobody", "spring", 0.2));
        var (without, with) = (0, 0);
        for (var d = 0; d < 7; d++)
        {
            without += plain.Simulation.NextDay().OfType<OrderCompleted>().Count();
            var events = exposed.Simulation.NextDay();
            with += events.OfType<OrderCompleted>().Count();
            Assert.All(events.OfType<EmailEvent>().Where(e => e.Name == EmailEvent.Clicked), e => Assert.Equal("spring", e.Campaign.Id));
        }
        Assert.True(with > without * 1.1, $"{without} without, {with} with");
    }

    [Fact]
    public void A_planted_shortage_empties_its_category_and_only_that()
    {
        var empty = Share(c => c == 3);
        var others = Share(c => c != 3);
        Assert.True(empty > 0.9, $"{empty:0.00}");
        Assert.True(others < 0.15, $"{others:0.00}");

        double Share(Func<int, bool> category)
        {
            var views = _year.ByDay.Skip(101).Take(12).SelectMany(d => d).OfType<ProductTouched>().Where(t => t.Name == ProductTouched.Viewed && category(t.Product.Category)).ToList();
            return views.Count(v => v.InStock == false) / (double)views.Count;
        }
    }

    [Fact]
    public void A_planted_bad_campaign_drives_people_away()
    {
        var unsubscribed = _year.Events.OfType<EmailEvent>().Where(e => e.Name is EmailEvent.Unsubscribed or EmailEvent.Opened).ToList();
        Assert.True(Rate(true) > 4 * Rate(false));

        double Rate(bool bad) => unsubscribed.Count(e => e.Name == EmailEvent.Unsubscribed && e.Campaign.Annoys == bad) / (double)unsubscribed.Count(e => e.Name == EmailEvent.Opened && e.Campaign.Annoys == bad);
    }

    [Fact]
    public void A_planted_review_surge_has_its_size_and_names_the_defect()
    {
        var surge = _year.ByDay.Skip(150).Take(7).SelectMany(d => d).OfType<ProductReviewed>().Where(r => r.Planted).ToList();
        Assert.InRange(surge.Count, 25, 60);
        Assert.All(surge, r => Assert.Equal(35, r.Product.Index));
        Assert.All(surge, r => Assert.Contains(ReviewTopic.Defect, r.Topics));
        Assert.True(surge.Average(r => r.Rating) < 2);
        Assert.DoesNotContain(_year.ByDay.Take(150).SelectMany(d => d).OfType<ProductReviewed>(), r => r.Planted);
    }

    private static double Rate(IReadOnlyList<DemoPerson> people, HashSet<string> buyers) => people.Count(p => buyers.Contains(p.UserId)) / (double)people.Count;

    public sealed class BigShop
    {
        public BigShop()
        {
            for (var d = 20; d < 80; d++)
            {
                var units = Year.Truth.Demand(d);
                for (var i = 0; i < Wanted.Length; i++) Wanted[i] += units[i];
            }
        }

        public DemoYear Year { get; } = new(11, 4, Planted, 160);

        /// <summary>Expected units of each product in the 60 days from day 20 on.</summary>
        public double[] Wanted { get; } = new double[396];
    }
}
