using System.Globalization;
using BehaviorDashboard.Ids;

namespace BehaviorDashboard.Profiles;

/// <summary>The filters of the list as they stand in an address. What cannot be read is left out.</summary>
internal sealed class PeopleFilter(ShopClock clock)
{
    /// <summary>Names in the address, in the order of the form.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["q", "who", "ordersFrom", "ordersTo", "revenueFrom", "revenueTo", "seenFrom", "seenTo", "orderedFrom", "orderedTo", "country", "city", "set", "consent"];

    public PeopleQuery Read(IReadOnlyDictionary<string, string?> address)
    {
        string Text(string name) => address.GetValueOrDefault(name)?.Trim() is { Length: <= 200 } text ? text : "";
        DateTimeOffset? Day(string name, int more) =>
            DateOnly.TryParseExact(Text(name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1900 and < 9000 ? clock.StartOf(day.AddDays(more)) : null;
        long? Whole(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        decimal? Amount(string name) => decimal.TryParse(Text(name), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e13m ? number : null;
        return new PeopleQuery
        {
            Text = Text("q"),
            Who = PeopleQuery.Kinds.Contains(Text("who")) ? Text("who") : "all",
            Sort = PeopleQuery.Sorts.Contains(Text("sort")) ? Text("sort") : "seen",
            OrdersFrom = Whole("ordersFrom"), OrdersTo = Whole("ordersTo"), RevenueFrom = Amount("revenueFrom"), RevenueTo = Amount("revenueTo"),
            SeenFrom = Day("seenFrom", 0), SeenTo = Day("seenTo", 1), OrderedFrom = Day("orderedFrom", 0), OrderedTo = Day("orderedTo", 1),
            Country = Text("country"), City = Text("city"), Set = Text("set"), Consent = Text("consent"),
            After = address.GetValueOrDefault("after") is { Length: > 0 and <= 1_000 } after ? after : null,
        };
    }
}
