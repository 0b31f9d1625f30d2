namespace BehaviorDashboard.DemoShop;

/// <summary>A category with its known price elasticity and season.</summary>
/// <param name="Elasticity">Units change by the factor (price / list price)^−elasticity for a person of average price sensitivity.</param>
/// <param name="PeakDay">Day of the year on which most people look at it.</param>
/// <param name="Amplitude">Height of its yearly wave relative to its mean.</param>
public sealed record DemoCategory(int Index, string Id, Bilingual Name, double Elasticity, int PeakDay, double Amplitude, IReadOnlyList<DemoProduct> Products)
{
    internal double[] Centre { get; init; } = [];

    /// <summary>How many of its products are of each kind: what a search for the kind finds.</summary>
    internal int Count(Bilingual noun) => Products.Count(p => p.Noun == noun);

    internal double Season(DateOnly date) => 1 + Amplitude * Math.Cos(2 * Math.PI * (date.DayOfYear - PeakDay) / 365.25);
}

/// <summary>A product and what is true about it.</summary>
public sealed record DemoProduct(int Index, string Id, int Category, string Brand, Bilingual Title, Bilingual Noun, decimal ListPrice, decimal Cost)
{
    public string Supplier { get; init; } = "";

    public int LeadTimeDays { get; init; }

    /// <summary>Log attractiveness that everybody sees.</summary>
    public double Appeal { get; init; }

    /// <summary>Mean stars of an honest review of an intact, punctual delivery.</summary>
    public double Quality { get; init; }

    /// <summary>Growth of interest in it a day, as a logarithm.</summary>
    public double Trend { get; init; }

    /// <summary>First day of the world on which it is on sale.</summary>
    public int LaunchDay { get; init; }

    public string Path => "/products/" + Id;

    /// <summary>Latent position: a person's liking is the product with their taste.</summary>
    public IReadOnlyList<double> Character => Position;

    internal double[] Position { get; init; } = [];

    /// <summary>How much is looked at on this day relative to its plain appeal; zero before its launch.</summary>
    internal double Momentum(int day) => day < LaunchDay ? 0 : Math.Exp(Trend * (day - 180));
}
