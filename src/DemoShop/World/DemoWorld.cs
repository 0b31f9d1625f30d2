namespace BehaviorDashboard.DemoShop;

/// <summary>
/// The shop before anything happens: what it sells, who lives in its world and what the calendar brings. Follows from
/// the seed, the first day and the size alone.
/// </summary>
public sealed class DemoWorld
{
    internal const int Dimensions = 6;
    private readonly List<DemoPerson> _people = [];
    private int _arrivalsKnownUntil = -1;

    public DemoWorld(int seed, DateOnly firstDay, double scale = 1, DemoIncidents? incidents = null)
    {
        (Seed, FirstDay, Scale, Incidents) = ((ulong)seed, firstDay, scale, incidents ?? DemoIncidents.None);
        Calendar = new DemoCalendar(Seed);
        Categories = CatalogueMaker.Make(Seed);
        Products = [.. Categories.SelectMany(c => c.Products)];
        for (var i = 0; i < (int)(1500 * scale); i++) _people.Add(PersonMaker.Make(Seed, i, null));
        Founders = _people.Count;
    }

    public DateOnly FirstDay { get; }

    public double Scale { get; }

    public DemoIncidents Incidents { get; }

    public DemoCalendar Calendar { get; }

    public IReadOnlyList<DemoCategory> Categories { get; }

    public IReadOnlyList<DemoProduct> Products { get; }

    /// <summary>Everybody who has arrived so far, in order of arrival.</summary>
    public IReadOnlyList<DemoPerson> People => _people;

    /// <summary>How many of them were customers before the first day.</summary>
    public int Founders { get; }

    internal ulong Seed { get; }

    public DateOnly DateOf(int day) => FirstDay.AddDays(day);

    public int DayOf(DateOnly date) => date.DayNumber - FirstDay.DayNumber;

    /// <summary>Price on the day, to the cent.</summary>
    public decimal Price(DemoProduct product, int day)
    {
        var ratio = Calendar.PriceRatio(product, DateOf(day));
        return ratio >= 1 ? product.ListPrice : Math.Round(product.ListPrice * (decimal)ratio, 2);
    }

    /// <summary>Lets those in who come for the first time up to and including <paramref name="day"/>.</summary>
    internal void LetArrive(int day)
    {
        while (_arrivalsKnownUntil < day)
        {
            _arrivalsKnownUntil++;
            var random = new DemoRandom(Seed, Stream.Arrivals, _arrivalsKnownUntil);
            var mean = Scale * 6.5 * Growth(_arrivalsKnownUntil) * DemoCalendar.Traffic(DateOf(_arrivalsKnownUntil));
            for (var n = random.Poisson(mean); n > 0; n--) _people.Add(PersonMaker.Make(Seed, _people.Count, _arrivalsKnownUntil));
        }
    }

    /// <summary>Passers-by: visits a day of people who never say who they are.</summary>
    internal double PassersBy(int day) => Scale * 85 * Growth(day) * DemoCalendar.Traffic(DateOf(day));

    /// <summary>The shop becomes better known: nearly three times the newcomers after a year, and then no faster.</summary>
    internal static double Growth(int day) => 0.55 + 0.95 * Math.Min(day, 365) / 365.0;
}
