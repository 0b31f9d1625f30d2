using BehaviorDashboard.DemoShop;
using Xunit;

namespace BehaviorDashboard.Tests.DemoShop;

/// <summary>The shop looks like a shop.</summary>
public sealed class DemoShapeTests
{
    private readonly DemoYear _year = DemoYear.Plain;
    private static readonly DemoWorld Untouched = new(7, DemoYear.First);

    [Fact]
    public void Its_size_fits_a_start_of_seconds() => Assert.InRange(_year.Events.Count, 250_000, 500_000);

    [Fact]
    public void Conversion_baskets_and_repeat_buyers_are_those_of_a_small_shop()
    {
        var sessions = _year.Events.Where(e => e.InVisit).Select(e => e.Thread).Distinct().Count();
        var orders = _year.Events.OfType<OrderCompleted>().ToList();
        Assert.InRange(orders.Count / (double)sessions, 0.015, 0.04);
        Assert.InRange(orders.Average(o => o.Order.Revenue), 60, 160);
        Assert.InRange(orders.Average(o => o.Order.Lines.Count), 1.4, 2.6);
        var buyers = orders.GroupBy(o => o.Who.UserId).ToList();
        Assert.InRange(buyers.Count(b => b.Count() > 1) / (double)buyers.Count, 0.25, 0.6);
        Assert.InRange(_year.World.People.Count, 3000, 6000);
        Assert.InRange(_year.World.Products.Count, 380, 420);
    }

    [Fact]
    public void Weekends_are_busier_than_midweek_by_the_known_factor()
    {
        var visits = Enumerable.Range(0, 364).GroupBy(d => DemoYear.First.AddDays(d).DayOfWeek)
            .ToDictionary(g => g.Key, g => g.Sum(d => _year.ByDay[d].OfType<PageViewed>().Count() / DemoCalendar.YearFactor(DemoYear.First.AddDays(d))));
        var expected = DemoCalendar.WeekFactor(DayOfWeek.Sunday) / DemoCalendar.WeekFactor(DayOfWeek.Wednesday);
        Assert.InRange(visits[DayOfWeek.Sunday] / visits[DayOfWeek.Wednesday], expected - 0.06, expected + 0.06);
    }

    [Fact]
    public void Evenings_are_busy_and_nights_are_quiet_in_the_shops_time()
    {
        var hours = new int[24];
        foreach (var e in _year.Events.OfType<PageViewed>()) hours[DemoYear.Clock.Local(DateTimeOffset.FromUnixTimeMilliseconds(e.At)).Hour]++;
        Assert.InRange(Array.IndexOf(hours, hours.Max()), 19, 21);
        Assert.True(hours.Max() > 10 * hours.Min());
    }

    [Fact]
    public void Price_elasticity_is_found_again_by_regression()
    {
        // Adds per view, by category and price, against the category's plain price: the slope over -elasticity x log ratio is one.
        var seen = new Dictionary<(int Category, double Ratio), (int Views, int Adds)>();
        for (var day = 0; day < _year.ByDay.Count; day++)
        {
            var date = DemoYear.First.AddDays(day);
            foreach (var touch in _year.ByDay[day].OfType<ProductTouched>())
            {
                if (touch.InStock == false) continue;
                var key = (touch.Product.Category, _year.World.Calendar.PriceRatio(touch.Product, date));
                var (views, adds) = seen.GetValueOrDefault(key);
                seen[key] = touch.Name switch
                {
                    ProductTouched.Viewed => (views + 1, adds),
                    ProductTouched.Added => (views, adds + 1),
                    _ => (views, adds),
                };
            }
        }
        var (xy, xx) = (0.0, 0.0);
        foreach (var ((category, ratio), (views, adds)) in seen.Where(s => s.Key.Ratio < 1 && s.Value.Adds > 0))
        {
            var plain = seen[(category, 1)];
            var x = -_year.World.Categories[category].Elasticity * Math.Log(ratio);
            var y = Math.Log(adds / (double)views) - Math.Log(plain.Adds / (double)plain.Views);
            (xy, xx) = (xy + adds * x * y, xx + adds * x * x);
        }
        Assert.InRange(xy / xx, 0.85, 1.15);
    }

    [Fact]
    public void Some_searches_find_nothing_and_name_what_is_not_stocked()
    {
        var searches = _year.Events.OfType<ProductsSearched>().ToList();
        Assert.InRange(searches.Count(s => s.Results == 0) / (double)searches.Count, 0.04, 0.12);
        Assert.Equal(["standing desk", "升降桌"], searches.Where(s => s.Results == 0).GroupBy(s => s.Query).OrderByDescending(g => g.Count())
            .Where(g => g.Key is "standing desk" or "升降桌").Select(g => g.Key));
        Assert.Contains(searches, s => s.Query.Any(c => c > 0x4e00));
    }

    [Fact]
    public void Shelves_run_empty_now_and_then()
    {
        var views = _year.Events.OfType<ProductTouched>().Where(t => t.Name == ProductTouched.Viewed).ToList();
        Assert.InRange(views.Count(v => v.InStock == false) / (double)views.Count, 0.01, 0.08);
        Assert.Contains(_year.Events.OfType<ProductTouched>(), t => t.Name == ProductTouched.Wished);
    }

    [Fact]
    public void Reviews_follow_quality_and_speak_both_languages()
    {
        var reviews = _year.Events.OfType<ProductReviewed>().ToList();
        Assert.Contains(reviews, r => r.Who.ReadsChinese && r.Body.Any(c => c > 0x4e00));
        Assert.Contains(reviews, r => !r.Who.ReadsChinese && r.Body.All(c => c < 0x250));
        var better = reviews.Where(r => r.Product.Quality > 4.5).Average(r => r.Rating);
        var worse = reviews.Where(r => r.Product.Quality < 3.9).Average(r => r.Rating);
        Assert.True(better - worse > 0.5, $"{better:0.00} and {worse:0.00}");
    }

    [Fact]
    public void The_catalogue_does_not_depend_on_who_came() => Assert.Equal(Untouched.Products.Select(p => (p.Id, p.Title, p.ListPrice)), _year.World.Products.Select(p => (p.Id, p.Title, p.ListPrice)));
}
