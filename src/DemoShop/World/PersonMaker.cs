using System.Globalization;

namespace BehaviorDashboard.DemoShop;

/// <summary>Makes the person of a seed and an index, whoever else has been made.</summary>
internal static class PersonMaker
{
    /// <param name="arrival">Day of the first visit; null for a customer from before the first day.</param>
    public static DemoPerson Make(ulong seed, long index, int? arrival)
    {
        var random = new DemoRandom(seed, Stream.Person, index);
        var chinese = random.Chance(0.28);
        var (country, city) = Place(ref random, chinese);
        var (first, last, mail) = Names(ref random, chinese);
        var visits = Math.Min(0.09 * random.LogNormal(0.9), 1.2);
        var sensitivity = random.LogNormal(0.35);
        var lifetime = 280 * random.LogNormal(0.5);
        var from = arrival ?? 0;
        return new DemoPerson
        {
            Index = (int)index,
            UserId = string.Create(CultureInfo.InvariantCulture, $"c{100001 + index}"),
            Devices = random.Chance(0.28) ? [Device(ref random), Device(ref random)] : [Device(ref random)],
            FirstName = first,
            LastName = last,
            Name = chinese ? last + first : $"{first} {last}",
            Email = string.Create(CultureInfo.InvariantCulture, $"{mail}{index + 1}@{(random.Chance(0.7) ? "example.com" : "example.org")}"),
            ReadsChinese = chinese,
            Country = country,
            City = city,
            ArrivalDay = arrival ?? -1 - random.Next(500),
            ChurnHazard = 1 / lifetime,
            ChurnDay = from + 1 + (int)random.Exponential(lifetime),
            VisitsPerDay = visits,
            PriceSensitivity = sensitivity,
            Completion = 1 / (1 + Math.Exp(-(1.3 + 0.8 * random.Normal()))),
            Consents = random.Chance(0.72),
            EmailLift = Lift(ref random, visits, sensitivity),
            OpensEmail = random.Chance(0.45) ? 0 : random.Between(0.4, 0.95),
            Taste = Taste(ref random),
        };
    }

    /// <summary>
    /// Persuadable are those who mind prices and do not come often anyway; one in eight, mostly among frequent
    /// visitors who do not mind prices, is annoyed instead (a sleeping dog).
    /// </summary>
    private static double Lift(ref DemoRandom random, double visits, double sensitivity)
    {
        var often = visits / (visits + 0.12);
        var persuadable = 1 / (1 + Math.Exp(-8 * (sensitivity - 1.1))) * (1 - often);
        var annoyed = random.Chance(0.04 + 0.35 * often * (sensitivity < 0.95 ? 1 : 0));
        return annoyed ? -0.5 : 1.5 * persuadable;
    }

    private static double[] Taste(ref DemoRandom random)
    {
        var taste = new double[DemoWorld.Dimensions];
        for (var k = 0; k < taste.Length; k++) taste[k] = random.Normal();
        return taste;
    }

    private static string Device(ref DemoRandom random) => random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture);

    private static (string Country, string City) Place(ref DemoRandom random, bool chinese)
    {
        var at = random.Next();
        foreach (var (country, city, weight) in chinese ? PeopleWords.ChinesePlaces : PeopleWords.EnglishPlaces)
        {
            if ((at -= weight) < 0) return (country, city);
        }
        return chinese ? ("CN", "上海") : ("US", "New York");
    }

    private static (string First, string Last, string Mail) Names(ref DemoRandom random, bool chinese)
    {
        if (chinese)
        {
            var surname = random.Pick(PeopleWords.Surnames);
            var given = random.Pick(PeopleWords.Given);
            return (given.Chinese, surname.Chinese, $"{given.Pinyin}.{surname.Pinyin}");
        }
        var first = random.Pick(PeopleWords.First);
        var last = random.Pick(PeopleWords.Last);
        return (first, last, $"{first}.{last}".ToLowerInvariant().Replace("ü", "ue", StringComparison.Ordinal));
    }
}
