namespace BehaviorDashboard.DemoShop;

/// <summary>What one day changes for everybody.</summary>
internal sealed class DayFacts
{
    public DayFacts(DemoWorld world, int day)
    {
        Day = day;
        Date = world.DateOf(day);
        Traffic = DemoCalendar.Traffic(Date);
        Season = [.. world.Categories.Select(c => c.Season(Date))];
        Momentum = [.. world.Products.Select(p => p.Momentum(day))];
        PriceRatio = [.. world.Categories.Select(c => world.Calendar.PromotionOf(c.Index, Date)?.PriceRatio ?? 1)];
        Price = [.. world.Products.Select(p => world.Price(p, day))];
    }

    public int Day { get; }
    public DateOnly Date { get; }
    public double Traffic { get; }
    public double[] Season { get; }
    public double[] Momentum { get; }
    public double[] PriceRatio { get; }
    public decimal[] Price { get; }
}

/// <summary>
/// The law of this world, used alike to simulate and to say what is true. A visit has a mood (looking around, or shopping)
/// and looks at 1 + Geometric products: the category is drawn by taste × season, the product within it by appeal × liking × momentum. Each view puts the product
/// into the cart with a chance that follows liking, quality and the price to the power of −elasticity × sensitivity. A
/// cart is checked out and completed with chances that do not depend on what is in it, so that expected units are a
/// product of plain factors.
/// </summary>
internal sealed class ShopperModel(DemoWorld world)
{
    public const double Keep = 0.93;
    public const double StartCheckout = 0.66;
    public const double MeanQuantity = 1.19;
    private const double BaseAdd = 0.036;
    private const double MostAdd = 0.95;
    private const int Archetypes = 48;

    private readonly List<Tastes?> _tastes = [];
    private readonly Tastes[] _archetypes = [.. Enumerable.Range(0, Archetypes).Select(i =>
    {
        var random = new DemoRandom(world.Seed, Stream.Archetype, i);
        var taste = new double[DemoWorld.Dimensions];
        for (var k = 0; k < taste.Length; k++) taste[k] = random.Normal();
        return new Tastes(world, taste);
    })];

    public Tastes Of(DemoPerson person)
    {
        if (person.Index >= world.People.Count) return new Tastes(world, person.Taste);
        while (_tastes.Count <= person.Index) _tastes.Add(null);
        return _tastes[person.Index] ??= new Tastes(world, person.Taste);
    }

    /// <summary>Passers-by share a few dozen tastes.</summary>
    public Tastes Archetype(int index) => _archetypes[index % Archetypes];

    public static int Quantity(ref DemoRandom random) => random.Next() switch { < 0.85 => 1, < 0.96 => 2, _ => 3 };

    public DemoProduct PickProduct(ref DemoRandom random, Tastes tastes, DayFacts day)
    {
        Span<double> chances = stackalloc double[world.Categories.Count];
        tastes.CategoryChances(day, chances);
        var at = random.Next();
        var category = 0;
        while (category < chances.Length - 1 && (at -= chances[category]) >= 0) category++;
        return PickProduct(ref random, tastes, day, world.Categories[category]);
    }

    public static DemoProduct PickProduct(ref DemoRandom random, Tastes tastes, DayFacts day, DemoCategory category)
    {
        var products = category.Products;
        var total = 0.0;
        foreach (var product in products) total += tastes.Weight[product.Index] * day.Momentum[product.Index];
        var at = random.Next() * total;
        foreach (var product in products)
        {
            if ((at -= tastes.Weight[product.Index] * day.Momentum[product.Index]) < 0) return product;
        }
        return products[0];
    }

    /// <summary>Chance that a view of the product puts it into the cart, were it in stock.</summary>
    /// <param name="price">See <see cref="PriceFactor"/>.</param>
    public static double AddChance(Tastes tastes, DemoProduct product, double price, Mood mood) =>
        Math.Min(MostAdd, BaseAdd * mood.Eagerness * tastes.Eagerness[product.Index] * price);

    /// <summary>What the price does to the chance.</summary>
    /// <param name="ratio">Price relative to the list price.</param>
    public static double PriceFactor(DemoCategory category, double sensitivity, double ratio) => ratio >= 1 ? 1 : Math.Pow(ratio, -category.Elasticity * sensitivity);

    public static double Visits(DemoPerson person, DayFacts day) => person.VisitsPerDay * day.Traffic;

    /// <summary>Expected orders of one visit.</summary>
    /// <param name="discount">Share off everything through a coupon.</param>
    public double OrdersPerVisit(DemoPerson person, DayFacts day, double discount = 0)
    {
        var tastes = Of(person);
        Span<double> add = stackalloc double[Mood.All.Count];
        var chances = ViewChances(tastes, day);
        foreach (var category in world.Categories)
        {
            var price = PriceFactor(category, person.PriceSensitivity, day.PriceRatio[category.Index] * (1 - discount));
            foreach (var product in category.Products)
            {
                for (var m = 0; m < add.Length; m++) add[m] += chances[product.Index] * AddChance(tastes, product, price, Mood.All[m]);
            }
        }
        var cart = 0.0;
        for (var m = 0; m < add.Length; m++)
        {
            var mood = Mood.All[m];
            var none = 1 - Keep * add[m];
            cart += mood.Share * (1 - none * (1 - mood.Continue) / (1 - mood.Continue * none));
        }
        return StartCheckout * person.Completion * cart;
    }

    /// <summary>Expected units of each product in one visit, by product index, and their value at the day's prices.</summary>
    public void AddUnitsPerVisit(DemoPerson person, DayFacts day, double times, double[] units, double discount = 0)
    {
        var tastes = Of(person);
        var factor = times * Keep * StartCheckout * person.Completion * MeanQuantity;
        var chances = ViewChances(tastes, day);
        foreach (var category in world.Categories)
        {
            var price = PriceFactor(category, person.PriceSensitivity, day.PriceRatio[category.Index] * (1 - discount));
            foreach (var product in category.Products)
            {
                foreach (var mood in Mood.All)
                    units[product.Index] += factor * mood.Share * mood.MeanViews * chances[product.Index] * AddChance(tastes, product, price, mood);
            }
        }
    }

    /// <summary>How likely each view of this person is of which product, by product index.</summary>
    private double[] ViewChances(Tastes tastes, DayFacts day)
    {
        var views = new double[world.Products.Count];
        Span<double> chances = stackalloc double[world.Categories.Count];
        tastes.CategoryChances(day, chances);
        foreach (var category in world.Categories)
        {
            var total = 0.0;
            foreach (var product in category.Products) total += tastes.Weight[product.Index] * day.Momentum[product.Index];
            foreach (var product in category.Products)
                views[product.Index] = chances[category.Index] * tastes.Weight[product.Index] * day.Momentum[product.Index] / total;
        }
        return views;
    }
}

/// <summary>Why somebody came: drawn anew for each visit.</summary>
/// <param name="Share">Share of visits in this mood.</param>
/// <param name="Continue">Chance of another product view after each one.</param>
/// <param name="Eagerness">Factor on the chance that a view becomes a cart line.</param>
internal sealed record Mood(double Share, double Continue, double Eagerness)
{
    public static readonly Mood Looking = new(0.87, 0.55, 0.3);
    public static readonly Mood Shopping = new(0.13, 0.8, 6);
    public static readonly IReadOnlyList<Mood> All = [Looking, Shopping];

    public double MeanViews => 1 / (1 - Continue);
}

/// <summary>What somebody's taste makes of each category and product.</summary>
internal sealed class Tastes
{
    private readonly double[] _categories;

    public Tastes(DemoWorld world, IReadOnlyList<double> taste)
    {
        _categories = [.. world.Categories.Select(c => Math.Exp(0.8 * Liking(taste, c.Centre)))];
        Weight = new double[world.Products.Count];
        Eagerness = new double[world.Products.Count];
        foreach (var product in world.Products)
        {
            var liking = Liking(taste, product.Position);
            Weight[product.Index] = Math.Exp(product.Appeal + 0.9 * liking);
            Eagerness[product.Index] = Math.Exp(0.45 * Math.Clamp(liking, -2, 2) + 0.5 * (product.Quality - 4.2));
        }
    }

    /// <summary>By product: how much it draws the eye within its category.</summary>
    public double[] Weight { get; }

    /// <summary>By product: how much a view makes them want it, relative to an average view.</summary>
    public double[] Eagerness { get; }

    public void CategoryChances(DayFacts day, Span<double> chances)
    {
        var total = 0.0;
        for (var c = 0; c < _categories.Length; c++) total += chances[c] = _categories[c] * day.Season[c];
        for (var c = 0; c < _categories.Length; c++) chances[c] /= total;
    }

    public static double Liking(IReadOnlyList<double> taste, IReadOnlyList<double> position)
    {
        var sum = 0.0;
        for (var k = 0; k < taste.Count; k++) sum += taste[k] * position[k];
        return sum / Math.Sqrt(taste.Count);
    }
}
