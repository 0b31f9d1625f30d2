using BehaviorDashboard.Events;

namespace BehaviorDashboard.Ingest;

/// <summary>Which event this is and whose, across the vocabularies.</summary>
internal static class Naming
{
    private static readonly HashSet<string> Types = [EventTypes.Track, EventTypes.Identify, EventTypes.Page, EventTypes.Screen, EventTypes.Group, EventTypes.Alias];

    public static (string Type, string Name, Rejection? Problem) Of(Arrival arrival, string? type, string? sentEvent, string? sentName)
    {
        if (arrival.Shape == EventShape.PostHog) return PostHog(sentEvent);
        if (arrival.Shape == EventShape.Ga4) return Ga4(sentName);
        type = arrival.ImpliedType ?? type;
        if (type is null) return ("", "", new Rejection(RejectionCodes.MissingType, "type", "is missing; it is one of track, identify, page, screen, group, alias."));
        if (!Types.Contains(type)) return ("", "", new Rejection(RejectionCodes.UnknownType, "type", $"'{Short(type)}' is not one of track, identify, page, screen, group, alias."));
        if (type != EventTypes.Track) return (type, Short(type is EventTypes.Page or EventTypes.Screen ? sentName ?? type : type), null);
        return sentEvent is null
            ? ("", "", new Rejection(RejectionCodes.MissingEvent, "event", "is missing: a track call names what happened."))
            : Named(sentEvent);
    }

    private static (string, string, Rejection?) PostHog(string? sentEvent) => sentEvent switch
    {
        null => ("", "", new Rejection(RejectionCodes.MissingEvent, "event", "is missing.")),
        "$pageview" => (EventTypes.Page, EventTypes.Page, null),
        "$screen" => (EventTypes.Screen, EventTypes.Screen, null),
        "$identify" or "$set" => (EventTypes.Identify, EventTypes.Identify, null),
        "$create_alias" => (EventTypes.Alias, EventTypes.Alias, null),
        "$groupidentify" => (EventTypes.Group, EventTypes.Group, null),
        _ => Named(sentEvent),
    };

    private static (string, string, Rejection?) Ga4(string? name) => name switch
    {
        null => ("", "", new Rejection(RejectionCodes.MissingEvent, "name", "is missing.")),
        "page_view" => (EventTypes.Page, EventTypes.Page, null),
        "screen_view" => (EventTypes.Screen, EventTypes.Screen, null),
        _ => Named(name),
    };

    private static (string, string, Rejection?) Named(string sent) => (EventTypes.Track, EventWords.Canonical(Short(sent)), null);

    /// <summary>
    /// PostHog names a person by <c>distinct_id</c> alone; it is the device's own id until somebody signs in, and then an
    /// <c>$identify</c> says which device id became which person.
    /// </summary>
    public static (string? UserId, string? AnonymousId) PersonOf(string? userId, string? anonymousId, string? distinctId, string type, Facts facts)
    {
        if (distinctId is null) return (userId, anonymousId);
        if (type == EventTypes.Identify && facts.AnonymousId is not null) return (distinctId, facts.AnonymousId);
        var isDevice = facts.Identified == false || distinctId == facts.DeviceId;
        return isDevice ? (userId, distinctId) : (distinctId, facts.DeviceId ?? anonymousId);
    }

    /// <summary>
    /// An order's revenue, before tax and shipping, as Segment defines it: <c>revenue</c>, else <c>subtotal</c>, else
    /// <c>value</c> (GA4), else <c>total</c> (Braze: <c>total_value</c>) less tax and shipping, else the sum of its lines less the discount.
    /// Of a refund it is what was given back, negative.
    /// </summary>
    public static decimal? RevenueOf(string name, Facts facts, decimal? lines)
    {
        var amount = facts.Revenue ?? facts.Subtotal ?? facts.Value
            ?? (facts.Total is { } total ? total - (facts.Tax ?? 0) - (facts.Shipping ?? 0) : (decimal?)null)
            ?? (lines is { } sum ? sum - (facts.Discount ?? 0) : (decimal?)null);
        return name == EventNames.OrderRefunded && amount is { } given ? -Math.Abs(given) : amount;
    }

    private static string Short(string text) => JsonText.Cut(text, 200);
}
