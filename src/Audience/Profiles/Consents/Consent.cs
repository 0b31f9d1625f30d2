namespace BehaviorDashboard.Profiles;

/// <summary>What a person may agree to.</summary>
public static class Purposes
{
    /// <summary>Being written to about offers.</summary>
    public const string MarketingEmail = "marketing_email";

    /// <summary>Recommendations and content chosen by what they did.</summary>
    public const string Personalisation = "personalisation";

    /// <summary>Models learn from what they did.</summary>
    public const string Analytics = "analytics";

    public static IReadOnlyList<string> All { get; } = [MarketingEmail, Personalisation, Analytics];
}

/// <summary>What holds for a person and a purpose now.</summary>
/// <param name="Said">What they said last; null where they never said anything.</param>
/// <param name="Allowed">Whether the shop may: what they said, else the shop's default.</param>
public sealed record Consent(string Purpose, bool? Said, bool Allowed, DateTimeOffset? Since);

/// <summary>One change, as it was recorded.</summary>
/// <param name="Source">The source of the event that brought it, or <c>page</c>.</param>
public sealed record ConsentChange(string Purpose, bool Granted, DateTimeOffset ChangedAt, string Source, string? ChangedBy, string? Note);
