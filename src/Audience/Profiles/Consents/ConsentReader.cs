using System.Text.Json.Nodes;
using BehaviorDashboard.Events;

namespace BehaviorDashboard.Profiles;

/// <summary>Finds what an event says of consent, in the names that shops use.</summary>
internal static class ConsentReader
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["marketing_email"] = Purposes.MarketingEmail, ["marketing"] = Purposes.MarketingEmail, ["email"] = Purposes.MarketingEmail,
        ["email_marketing"] = Purposes.MarketingEmail, ["personalisation"] = Purposes.Personalisation, ["personalization"] = Purposes.Personalisation,
        ["analytics"] = Purposes.Analytics,
    };

    private static readonly Dictionary<string, string> Flat = new(StringComparer.OrdinalIgnoreCase)
    {
        ["emailConsent"] = Purposes.MarketingEmail, ["marketingConsent"] = Purposes.MarketingEmail, ["marketingEmailConsent"] = Purposes.MarketingEmail,
        ["acceptsEmailMarketing"] = Purposes.MarketingEmail, ["acceptsMarketing"] = Purposes.MarketingEmail, ["emailSubscribe"] = Purposes.MarketingEmail,
        ["emailMarketingConsent"] = Purposes.MarketingEmail, ["personalisationConsent"] = Purposes.Personalisation, ["personalizationConsent"] = Purposes.Personalisation,
        ["analyticsConsent"] = Purposes.Analytics,
    };

    private static readonly string[] Signs = ["onsent", "ccepts", "ubscribe"];

    public static IEnumerable<(string Purpose, bool Granted)> Read(ShopEvent e)
    {
        // Segment's e-mail events.
        if (e is { Type: EventTypes.Track, Name: "Unsubscribed" or "Email Unsubscribed" or "Email Marked as Spam" }) return [(Purposes.MarketingEmail, false)];
        // Most traits say nothing of it and are not worth reading.
        return e.Traits is { } traits && Signs.Any(s => traits.Contains(s, StringComparison.OrdinalIgnoreCase)) ? Read(traits) : [];
    }

    /// <param name="traits">JSON object.</param>
    public static IReadOnlyList<(string Purpose, bool Granted)> Read(string traits)
    {
        var found = new Dictionary<string, bool>();
        foreach (var (name, value) in JsonNode.Parse(traits) as JsonObject ?? [])
        {
            if (Flat.TryGetValue(Plain(name), out var purpose) && Answer(value) is { } flat) found[purpose] = flat;
            if (!Plain(name).Equals("consent", StringComparison.OrdinalIgnoreCase) || value is not JsonObject all) continue;
            foreach (var (key, given) in all)
                if ((Names.TryGetValue(key, out purpose) || Names.TryGetValue(Snake(key), out purpose)) && Answer(given) is { } answer) found[purpose] = answer;
        }
        return [.. found.Select(f => (f.Key, f.Value))];
    }

    /// <summary>Yes or no in any of the ways it is written; null where it says neither.</summary>
    private static bool? Answer(JsonNode? value) => value switch
    {
        JsonObject state => Answer(state["granted"] ?? state["state"] ?? state["status"] ?? state["marketingState"]),
        JsonValue one when one.TryGetValue(out bool flag) => flag,
        JsonValue one when one.TryGetValue(out int number) => number != 0,
        JsonValue one when one.TryGetValue(out string? text) => text.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" or "1" or "granted" or "subscribed" or "opted_in" or "opted-in" or "optin" => true,
            "false" or "no" or "0" or "denied" or "unsubscribed" or "opted_out" or "opted-out" or "optout" or "not_subscribed" or "withdrawn" => false,
            _ => null,
        },
        _ => null,
    };

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    private static string Snake(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
