using System.ComponentModel.DataAnnotations;

namespace BehaviorDashboard.Ids;

/// <summary>What the shop is: its name, money and time. Section <c>Shop</c>.</summary>
public sealed record ShopOptions
{
    public const string Section = "Shop";

    [Required]
    public string Name { get; init; } = "My shop";

    /// <summary>ISO 4217 code of the currency every total is shown in.</summary>
    [Required, RegularExpression("^[A-Z]{3}$", ErrorMessage = "Shop:Currency must be a three-letter ISO 4217 code such as USD.")]
    public string Currency { get; init; } = "USD";

    /// <summary>IANA time zone in which the shop's days begin.</summary>
    [Required]
    public string TimeZone { get; init; } = "UTC";

    /// <summary>
    /// For looking at a history that ended, such as imported orders of a past year: the shop's clock starts at this instant, so
    /// that ranges, forecasts and proposals stand as they did then. Leave it out for a shop that sells today.
    /// </summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>
    /// Units of shop currency for one unit of another, by ISO code. Events in a currency without a rate are kept
    /// in their own currency and stay out of the totals, which say so.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> Rates { get; init; } = new Dictionary<string, decimal>();
}
