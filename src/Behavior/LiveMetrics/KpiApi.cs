using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.LiveMetrics;

/// <summary>The KPI catalogue over HTTP and on the command line, in one shape.</summary>
internal static class KpiApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/kpis", GetAsync).RequireAuthorization(Access.ReadApi).WithTags("KPIs")
        .WithSummary("KPIs of a range of shop days").WithDescription("from and to are shop days (YYYY-MM-DD), both included; the last 30 days when left out.");

    private static async Task<IResult> GetAsync(KpiService kpis, ShopClock clock, string? from, string? to, CancellationToken cancel)
    {
        if (!KpiJson.TryRange(clock, from, to, out var range, out var problem)) return Results.Problem(problem, statusCode: 400);
        return Results.Text(KpiJson.Write(await kpis.ReportAsync(range, compare: false, cancel), clock), "application/json");
    }
}

/// <summary>Writes a report with every KPI under its glossary key.</summary>
internal static class KpiJson
{
    private static readonly JsonSerializerOptions Shape = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    public static bool TryRange(ShopClock clock, string? from, string? to, out TimeRange range, out string? problem)
    {
        range = default;
        var (last, first) = (clock.Today, default(DateOnly));
        problem = to is not null && !TryDay(to, out last) ? to : from is not null && !TryDay(from, out first) ? from : null;
        if (problem is not null) problem = $"'{problem}' is not a day; write YYYY-MM-DD.";
        else if (from is null) first = last.AddDays(-29);
        if (problem is null && first > last) problem = "from is after to.";
        if (problem is null) range = clock.Days(first, last);
        return problem is null;
    }

    /// <summary>A day on which a shop may have been open: others lie so far out that no range around them can be told.</summary>
    private static bool TryDay(string text, out DateOnly day) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day.Year is >= 1900 and <= 2999;

    public static string Write(KpiReport report, ShopClock clock)
    {
        var v = report.Now;
        return JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["from"] = clock.DateOf(report.Range.From).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["to"] = clock.DateOf(report.Range.To.AddTicks(-1)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["time_zone"] = report.TimeZone,
            ["currency"] = report.Currency,
            ["as_of"] = report.AsOf,
            ["events"] = v.Events,
            ["events_per_second"] = report.Range.Length.TotalSeconds > 0 ? v.Events / report.Range.Length.TotalSeconds : 0,
            ["active_people"] = v.ActivePeople,
            ["sessions"] = v.Sessions,
            ["product_views"] = v.ProductViews,
            ["carts"] = v.Carts,
            ["checkouts"] = v.Checkouts,
            ["orders"] = v.Orders,
            ["customers"] = v.Customers,
            ["units"] = v.Units,
            ["revenue"] = v.Revenue,
            ["gross_revenue"] = v.GrossRevenue,
            ["refunds"] = v.Refunds,
            ["adjustments"] = v.Adjustments,
            ["aov"] = v.Aov,
            ["conversion"] = v.Conversion,
            ["cart_abandonment"] = v.CartAbandonment,
            ["searches"] = v.Searches,
            ["zero_result_searches"] = v.ZeroResultSearches,
            ["top_products"] = report.Products,
            ["top_categories"] = report.Categories,
            ["searches_without_result"] = report.UnmetSearches,
            ["orders_in_other_currencies"] = report.ForeignCurrencies.Select(f => new { currency = f.Query, f.Count }),
        }, Shape);
    }
}
