namespace BehaviorDashboard.DemoShop;

/// <summary>A price reduction of one category, or of everything where <see cref="Category"/> is null.</summary>
public sealed record DemoPromotion(string Name, int? Category, DateOnly From, DateOnly To, double PriceRatio)
{
    public bool Covers(int category, DateOnly date) => date >= From && date <= To && (Category is null || Category == category);
}

/// <summary>What the date alone decides: traffic and promotions. Any date can be asked, in any order.</summary>
public sealed class DemoCalendar
{
    private static readonly double[] Week = [1.16, 0.98, 0.94, 0.93, 0.96, 0.95, 1.08]; // from Sunday
    private readonly ulong _seed;
    private readonly Dictionary<int, DemoPromotion?> _weekly = [];

    internal DemoCalendar(ulong seed) => _seed = seed;

    /// <summary>Visits of the day relative to an average day: week, year and the big shopping days.</summary>
    public static double Traffic(DateOnly date) => WeekFactor(date.DayOfWeek) * YearFactor(date);

    public static double WeekFactor(DayOfWeek day) => Week[(int)day];

    public static double YearFactor(DateOnly date)
    {
        var wave = 1 + 0.10 * Math.Cos(2 * Math.PI * (date.DayOfYear - 335) / 365.25);
        return wave * date switch
        {
            { Month: 11, Day: >= 9 and <= 11 } => 1.35,
            { Month: 12, Day: >= 5 and <= 20 } => 1.25,
            { Month: 12, Day: >= 24 and <= 26 } => 0.7,
            _ when IsBlackFridayWeek(date) => 1.5,
            _ => 1,
        };
    }

    /// <summary>Price on the date relative to the list price.</summary>
    public double PriceRatio(DemoProduct product, DateOnly date) => PromotionOf(product.Category, date)?.PriceRatio ?? 1;

    /// <summary>The deepest promotion that covers a category on a date.</summary>
    public DemoPromotion? PromotionOf(int category, DateOnly date)
    {
        var best = Sitewide(date);
        var week = date.DayNumber / 7;
        for (var w = week - 1; w <= week; w++)
        {
            if (Weekly(w) is { } promotion && promotion.Covers(category, date) && promotion.PriceRatio < (best?.PriceRatio ?? 1)) best = promotion;
        }
        return best;
    }

    private static DemoPromotion? Sitewide(DateOnly date) => date switch
    {
        { Month: 1, Day: >= 2 and <= 8 } => new("New Year Sale", null, new(date.Year, 1, 2), new(date.Year, 1, 8), 0.85),
        { Month: 6, Day: >= 16 and <= 18 } => new("Midyear Sale", null, new(date.Year, 6, 16), new(date.Year, 6, 18), 0.9),
        { Month: 11, Day: >= 9 and <= 11 } => new("Singles' Day", null, new(date.Year, 11, 9), new(date.Year, 11, 11), 0.85),
        _ when IsBlackFridayWeek(date) => new("Black Friday", null, BlackFriday(date.Year).AddDays(-1), BlackFriday(date.Year).AddDays(3), 0.8),
        _ => null,
    };

    private DemoPromotion? Weekly(int week)
    {
        if (_weekly.TryGetValue(week, out var known)) return known;
        var random = new DemoRandom(_seed, Stream.Campaign, 1, week);
        DemoPromotion? promotion = null;
        if (random.Chance(0.75))
        {
            var category = random.Next(Catalogue.Categories.Length);
            var from = DateOnly.FromDayNumber(week * 7 + random.Next(4));
            promotion = new($"{Catalogue.Categories[category].English} week", category, from, from.AddDays(3 + random.Next(4)), random.Pick([0.9, 0.85, 0.8, 0.75, 0.7]));
        }
        return _weekly[week] = promotion;
    }

    private static bool IsBlackFridayWeek(DateOnly date)
    {
        if (date.Month is not (11 or 12)) return false;
        var friday = BlackFriday(date.Year);
        return date >= friday.AddDays(-1) && date <= friday.AddDays(3);
    }

    private static DateOnly BlackFriday(int year)
    {
        var first = new DateOnly(year, 11, 1);
        return first.AddDays(((int)DayOfWeek.Thursday - (int)first.DayOfWeek + 7) % 7 + 22);
    }
}
