using System.Globalization;

namespace BehaviorDashboard.DemoShop;

/// <summary>What orders bring later: deliveries that may be late, returns, reviews.</summary>
internal sealed class Aftermath(DemoWorld world, Func<long, int> dayOf)
{
    private const long DayLength = 24 * 3600 * 1000;
    private readonly Dictionary<int, List<DemoEvent>> _due = [];
    private int _orders = 20000;

    public string NextOrderId() => string.Create(CultureInfo.InvariantCulture, $"S{++_orders}");

    /// <summary>Hands over what is due on a day.</summary>
    public List<DemoEvent> TakeDue(int day) => _due.Remove(day, out var events) ? events : [];

    public void Follow(ref DemoRandom random, DemoOrder order, DemoPerson person, long orderedAt)
    {
        var late = random.Chance(0.08);
        var delivered = orderedAt + (long)(DayLength * (1.5 + random.Exponential(1.2) + (late ? 5 : 0)));
        foreach (var line in order.Lines)
        {
            var unhappy = (4.6 - line.Product.Quality) * 0.06 + (late ? 0.05 : 0);
            if (random.Chance(0.02 + Math.Max(0, unhappy)))
            {
                var at = delivered + (long)(DayLength * random.Between(1, 10));
                Add(new OrderRefunded(order, [line]) { Who = WhoIs(person), At = at, Thread = order.Id + "-" + line.Product.Id, Ordinal = 0, InVisit = false });
            }
            if (random.Chance(0.2)) Review(ref random, line.Product, person, late, delivered + (long)(DayLength * random.Between(0.5, 14)));
        }
    }

    /// <summary>The planted surge: angry people who name the defect.</summary>
    public void PlantReviews(int day, long start, IReadOnlyList<PersonState> people)
    {
        if (world.Incidents.Reviews is not { } surge || world.DateOf(day) < surge.Start || world.DateOf(day) >= surge.Start.AddDays(surge.Days)) return;
        var random = new DemoRandom(world.Seed, Stream.Incident, day);
        for (var n = random.Poisson(surge.Size); n > 0; n--)
        {
            var state = people[random.Next(people.Count)];
            while (!state.Registered) state = people[random.Next(people.Count)];
            var person = state.Person;
            Write(ref random, world.Products[surge.Product], person, random.Chance(0.8) ? 1 : 2, false, true, start + (long)(random.Between(0.35, 0.95) * DayLength));
        }
    }

    private void Review(ref DemoRandom random, DemoProduct product, DemoPerson person, bool late, long at)
    {
        var stars = product.Quality + 0.75 * random.Normal() - (late ? 1.1 : 0);
        Write(ref random, product, person, Math.Clamp((int)Math.Round(stars), 1, 5), late, false, at);
    }

    private void Write(ref DemoRandom random, DemoProduct product, DemoPerson person, int rating, bool late, bool defect, long at)
    {
        foreach (var e in Compose(ref random, product, person, rating, late, defect, at)) Add(e);
    }

    /// <summary>Somebody looks at a product again and writes what they think of it.</summary>
    public static DemoEvent[] Compose(ref DemoRandom random, DemoProduct product, DemoPerson person, int rating, bool late, bool defect, long at)
    {
        var (body, topics) = ReviewWords.Compose(ref random, product, rating, late, defect, person.ReadsChinese);
        var thread = random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture);
        return
        [
            new PageViewed(product.Title.English, product.Path) { Who = WhoIs(person), At = at - 90_000, Thread = thread, Ordinal = 0 },
            new ProductReviewed(product, "r" + thread[..10], rating, body, topics, defect) { Who = WhoIs(person), At = at, Thread = thread, Ordinal = 1 },
        ];
    }

    private static Visitor WhoIs(DemoPerson person) => new(person.UserId, person.Devices[0], person.ReadsChinese, (person.Index & 1) == 0);

    private void Add(DemoEvent e)
    {
        var day = dayOf(e.At);
        if (!_due.TryGetValue(day, out var list)) _due[day] = list = [];
        list.Add(e);
    }
}
