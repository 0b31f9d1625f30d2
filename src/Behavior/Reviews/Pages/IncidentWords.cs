using BehaviorDashboard.Look;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Reviews.Pages;

/// <summary>Incidents in a sentence.</summary>
internal static class IncidentWords
{
    public static string Of(Incident incident, IStringLocalizer<ReviewsText> text, IReadOnlyDictionary<string, string> titles)
    {
        if (incident.Title is { Length: > 0 } given) return given;
        var product = incident.ProductId is { } id ? titles.GetValueOrDefault(id, id) : null;
        var topic = incident.Topic is { } key ? text["Topic." + key].Value : null;
        return (product, topic) switch
        {
            (not null, null) => text["Surge.Product", product],
            (not null, not null) => text["Surge.ProductTopic", product, topic],
            (null, not null) => text["Surge.Shop", topic],
            _ => text["Surge.Any"],
        };
    }

    public static string Chance(Incident incident, ShopFormat format) => incident.FalseAlarms is not { } expected ? ShopFormat.Unknown : expected < 0.0001 ? "< " + format.Number(0.0001, 4) : format.Number(expected, 4);
}
