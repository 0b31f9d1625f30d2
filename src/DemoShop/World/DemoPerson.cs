namespace BehaviorDashboard.DemoShop;

/// <summary>A shopper with everything that is true about them. What changes as they shop is in <see cref="PersonState"/>.</summary>
public sealed class DemoPerson
{
    public required int Index { get; init; }

    /// <summary>The shop's user id.</summary>
    public required string UserId { get; init; }

    /// <summary>One anonymous id a device; most people have one device.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    public required string FirstName { get; init; }

    public required string LastName { get; init; }

    /// <summary>Family name first where it is a Chinese name.</summary>
    public required string Name { get; init; }

    public required string Email { get; init; }

    public required bool ReadsChinese { get; init; }

    public required string Country { get; init; }

    public required string City { get; init; }

    /// <summary>Day of the world of the first visit; negative for people who were customers before it began.</summary>
    public required int ArrivalDay { get; init; }

    /// <summary>Chance a day of never coming back.</summary>
    public required double ChurnHazard { get; init; }

    /// <summary>First day without them. Latent: the shop sees only that they stopped coming.</summary>
    public required int ChurnDay { get; init; }

    /// <summary>Visits on a day of average traffic.</summary>
    public required double VisitsPerDay { get; init; }

    /// <summary>Exponent on the category's price elasticity; one on average.</summary>
    public required double PriceSensitivity { get; init; }

    /// <summary>Chance that a started checkout becomes an order.</summary>
    public required double Completion { get; init; }

    /// <summary>Whether they agreed to marketing e-mail when they signed up.</summary>
    public required bool Consents { get; init; }

    /// <summary>Relative change of their visits in the week after a marketing e-mail they opened; negative for those whom it annoys.</summary>
    public required double EmailLift { get; init; }

    /// <summary>Chance that they open a marketing e-mail; one they do not open does nothing. Zero for nearly half.</summary>
    public required double OpensEmail { get; init; }

    public required IReadOnlyList<double> Taste { get; init; }

    /// <summary>True while they still shop; nobody outside the simulation can see it.</summary>
    public bool IsAlive(int day) => day >= ArrivalDay && day < ChurnDay;
}
