namespace BehaviorDashboard.Profiles;

/// <summary>What the shop may do where a person never said anything. Section <c>Consent</c>.</summary>
public sealed record ConsentOptions
{
    public const string Section = "Consent";

    /// <summary>False: only those who agreed are written to.</summary>
    public bool MarketingEmailByDefault { get; init; }

    /// <summary>True: until somebody objects.</summary>
    public bool PersonalisationByDefault { get; init; } = true;

    /// <summary>True: until somebody objects.</summary>
    public bool AnalyticsByDefault { get; init; } = true;

    /// <exception cref="ArgumentException">Not one of <see cref="Purposes"/>.</exception>
    public bool ByDefault(string purpose) => purpose switch
    {
        Purposes.MarketingEmail => MarketingEmailByDefault,
        Purposes.Personalisation => PersonalisationByDefault,
        Purposes.Analytics => AnalyticsByDefault,
        _ => throw new ArgumentException($"'{purpose}' is not a purpose: {string.Join(", ", Purposes.All)}.", nameof(purpose)),
    };
}
