using System.Globalization;

namespace BehaviorDashboard.DemoShop;

/// <summary>Makes the products of a seed.</summary>
internal static class CatalogueMaker
{
    public static IReadOnlyList<DemoCategory> Make(ulong seed)
    {
        List<DemoCategory> categories = [];
        var next = 0;
        foreach (var words in Catalogue.Categories)
        {
            var random = new DemoRandom(seed, Stream.Catalogue, categories.Count);
            var centre = Vector(ref random, 0.7);
            var brands = words.Brands.Select(_ => Vector(ref random, 0.5)).ToArray();
            List<DemoProduct> products = [];
            foreach (var noun in words.Nouns)
            {
                var name = new Bilingual(noun.English, noun.Chinese);
                var first = random.Next(Catalogue.Editions.Length);
                for (var e = 0; e < 3; e++)
                    products.Add(Product(ref random, next++, categories.Count, words, noun, name, Catalogue.Editions[(first + e * 2) % Catalogue.Editions.Length], centre, brands));
            }
            categories.Add(new DemoCategory(categories.Count, words.Id, new Bilingual(words.English, words.Chinese), words.Elasticity, words.PeakDay, words.Amplitude, products) { Centre = centre });
        }
        return categories;
    }

    private static DemoProduct Product(ref DemoRandom random, int index, int category, CategoryWords words, Noun noun, Bilingual name,
        (string English, string Chinese, double Price) edition, double[] centre, double[][] brands)
    {
        var brand = random.Next(brands.Length);
        var price = Math.Max(4, Math.Round((decimal)(noun.Price * edition.Price * random.Between(0.92, 1.08)))) - 0.05m;
        var own = Vector(ref random, 0.6);
        var supplier = (words.English.Length + random.Next(3)) % Catalogue.Suppliers.Length;
        return new DemoProduct(index, string.Create(CultureInfo.InvariantCulture, $"P{1001 + index}"), category, words.Brands[brand],
            new Bilingual($"{words.Brands[brand]} {edition.English} {noun.English}", $"{words.Brands[brand]} {edition.Chinese}{noun.Chinese}"),
            name, price, Math.Round(price * (decimal)random.Between(0.38, 0.62), 2))
        {
            Supplier = Catalogue.Suppliers[supplier],
            LeadTimeDays = 5 + supplier * 2 + random.Next(4),
            Appeal = 0.8 * random.Normal() - 0.25 * Math.Log(edition.Price),
            Quality = Math.Clamp(4.25 + 0.45 * random.Normal() + 0.3 * Math.Log(edition.Price), 2.6, 4.85),
            Trend = 0.0012 * random.Normal(),
            LaunchDay = random.Chance(0.12) ? 20 + random.Next(300) : -1000,
            Position = [.. centre.Select((c, k) => c + brands[brand][k] + own[k])],
        };
    }

    private static double[] Vector(ref DemoRandom random, double scale)
    {
        var vector = new double[DemoWorld.Dimensions];
        for (var k = 0; k < vector.Length; k++) vector[k] = scale * random.Normal();
        return vector;
    }
}
