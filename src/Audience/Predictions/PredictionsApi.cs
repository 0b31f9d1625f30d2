using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Look;
using BehaviorDashboard.Profiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Predictions;

/// <summary>Predictions over HTTP: keys and figures. Each look is written down.</summary>
internal static class PredictionsApi
{
    private const int MostRows = 1_000;

    private static readonly (string Name, Func<PersonScore, object?> Of)[] Columns =
    [
        ("user_id", s => s.UserId), ("as_of", s => s.AsOf.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture)),
        ("buy_7_days", s => s.Buy7), ("buy_7_days_low", s => s.Buy7Low), ("buy_7_days_high", s => s.Buy7High), ("buy_30_days", s => s.Buy30), ("buy_30_days_low", s => s.Buy30Low), ("buy_30_days_high", s => s.Buy30High),
        ("churn_risk", s => s.Churn), ("churn_risk_low", s => s.ChurnLow), ("churn_risk_high", s => s.ChurnHigh), ("churn_horizon_days", s => s.ChurnDays), ("alive", s => s.Alive),
        ("orders_90_days", s => s.Orders90), ("orders_90_days_low", s => s.Orders90Low), ("orders_90_days_high", s => s.Orders90High), ("value_30_days", s => s.Value30),
        ("value_90_days", s => s.Value90), ("value_90_days_low", s => s.Value90Low), ("value_90_days_high", s => s.Value90High), ("value_365_days", s => s.Value365), ("value_365_days_low", s => s.Value365Low), ("value_365_days_high", s => s.Value365High),
        ("next_order_days", s => s.NextOrderDays), ("next_order_days_low", s => s.NextOrderDaysLow), ("next_order_days_high", s => s.NextOrderDaysHigh),
        ("next_category", s => s.NextCategory), ("next_category_chance", s => s.CategoryChance), ("price_index", s => s.PriceIndex), ("price_index_low", s => s.PriceIndexLow), ("price_index_high", s => s.PriceIndexHigh),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/predictions").RequireAuthorization(Access.ReadPeopleApi).WithTags("Predictions");
        api.MapGet("", PageAsync).WithSummary("Predictions of everybody").WithDescription("format: json in pages (hand next back as after); csv all at once. Chances are 0 to 1, money is in the shop's currency, bands hold 80 %.");
        api.MapGet("/{userId}", FindAsync).WithSummary("What is foretold of one person, and why").WithDescription("Any of the person's keys. Drivers weigh in log-odds against the average person.");
    }

    private static async Task<IResult> PageAsync(PredictionService predictions, IAuditLog audit, string? format, string? after, int? limit, CancellationToken cancel)
    {
        if (format is "csv") await audit.RecordAsync(new AuditEntry("people.downloaded", "predictions"), cancel);
        if (format is "csv") return Results.Stream(stream => WriteAsync(stream, predictions, cancel), "text/csv; charset=utf-8", "predictions.csv");
        if (format is not (null or "json")) return Results.Problem($"format '{format}' is not known; use json or csv.", statusCode: 400);
        if (limit is < 1 or > MostRows) return Results.Problem($"limit must lie between 1 and {MostRows}.", statusCode: 400);
        var page = await predictions.PageAsync(after, limit ?? 100, cancel);
        await audit.PeopleViewedAsync("predictions", page.Count, cancel);
        return Results.Ok(new { predictions = page.Select(Row), next = page.Count == (limit ?? 100) ? page[^1].UserId : null });
    }

    private static async Task<IResult> FindAsync(string userId, PredictionService predictions, PeopleService people, ConsentService consents, CancellationToken cancel)
    {
        if (await people.FindAsync(userId, cancel) is not { } person) return Results.Problem("Nobody has this key.", statusCode: 404);
        if (!await consents.AllowsAsync(person.Key, Purposes.Analytics, cancel)) return Results.Problem("This person refused analytics: nothing is foretold of them.", statusCode: 404);
        if (await predictions.FindAsync(person.Key, cancel) is not { } score)
            return Results.Problem(await predictions.RunAsync(cancel) is null ? $"No model is in use yet: they need {PredictionKinds.FewestBuyers} buyers and are trained on the page Models." : "This person was not known, or not seen for a year, at the last scoring.", statusCode: 404);
        await people.LookedAtAsync(person);
        var drivers = new Dictionary<string, object>();
        foreach (var kind in new[] { PredictionKinds.Buy7, PredictionKinds.Buy30, PredictionKinds.Churn })
            drivers[kind] = (await predictions.DriversAsync(kind, person.Key, cancel)).Select(d => new { d.Feature, value = double.IsFinite(d.Value) ? d.Value : (double?)null, weight = Math.Round(d.Weight, 4) });
        return Results.Ok(new { prediction = Row(score), others = score.OtherCategories is null ? null : JsonSerializer.Deserialize<JsonElement?>(score.OtherCategories), drivers, versions = (await predictions.RunAsync(cancel))?.Versions });
    }

    private static Dictionary<string, object?> Row(PersonScore score) => Columns.ToDictionary(c => c.Name, c => c.Of(score) is double number ? Math.Round(number, 6) : c.Of(score));

    private static async Task WriteAsync(Stream stream, PredictionService predictions, CancellationToken cancel)
    {
        await using var writer = new StreamWriter(stream);
        await writer.WriteAsync(Csv.Write([.. Columns.Select(c => c.Name)], []));
        for (var after = ""; ;)
        {
            var page = await predictions.PageAsync(after, MostRows, cancel);
            await writer.WriteAsync(Csv.Rows(page.Select(s => Columns.Select(c => c.Of(s)).ToArray())));
            if (page.Count < MostRows) return;
            after = page[^1].UserId;
        }
    }
}
