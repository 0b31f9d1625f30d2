using BehaviorDashboard.Catalog;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Forecasting;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Inventory;

/// <summary>Stock and proposals over HTTP; the terms of products and what is on its way can be sent.</summary>
internal static class InventoryApi
{
    private const int MostTerms = 5_000;
    private const int MostProducts = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/supply").WithTags("Demand and stock");
        api.MapGet("/stock", StockAsync).RequireAuthorization(Access.ReadApi).WithSummary("How products stand: stock, forecast, chance of being sold out, what to order")
            .WithDescription("ids: product ids separated by commas, at most 500; all of the catalogue when left out.");
        api.MapGet("/outlook", OutlookAsync).RequireAuthorization(Access.ReadApi).WithSummary("What a stretch of time needs of products and what will be there").WithDescription("ids, from, to (ISO 8601), extra: units a campaign adds to each product.");
        api.MapGet("/forecast/{id}", ForecastAsync).RequireAuthorization(Access.ReadApi).WithSummary("What a product will sell, by day or week, with quantiles").WithDescription("by: week (13 of them) or day (91); no days where the shop has sold too little to tell them apart.");
        api.MapPut("/terms", TermsAsync).RequireAuthorization(Access.AdminApi).WithSummary("Change supplier, lead time, pack size, minimum order, stock and prices of products").WithDescription("A list of products; a value left out stays. Nothing is changed where any value cannot be used.");
        api.MapPost("/inbound", InboundAsync).RequireAuthorization(Access.AdminApi).WithSummary("Units on their way").WithDescription("The same reference of a product counts once.");
        api.MapGet("/proposals", (ProposalService proposals, CancellationToken cancel) => proposals.ListAsync(cancel: cancel)).RequireAuthorization(Access.ReadApi).WithSummary("Purchase proposals");
        api.MapGet("/proposals/{id:int}", ProposalAsync).RequireAuthorization(Access.ReadApi).WithSummary("One proposal with its lines").WithDescription("format: json, csv or xlsx.");
    }

    private static async Task<IResult> StockAsync(StockService stock, string? ids, CancellationToken cancel)
    {
        var wanted = Ids(ids);
        if (wanted.Count > MostProducts) return Results.Problem($"At most {MostProducts} ids.", statusCode: 400);
        var all = wanted.Count == 0 ? await stock.AllAsync(cancel) : [.. (await stock.AllAsync(cancel)).Where(s => wanted.Contains(s.Id))];
        return Results.Ok(all.Select(s => new
        {
            id = s.Id, title = s.Terms.Title, on_hand = s.OnHand, inbound = s.Inbound.Sum(i => i.Missing), stock_class = s.Class, target = s.Target, days_of_supply = s.Plan?.DaysOfSupply, chance_sold_out = s.Plan?.Chance,
            sold_out_on = s.SoldOutOn, last_safe_order = s.LastSafeOrder, reorder_point = s.Plan?.Point, order_up_to = s.Plan?.UpTo, order_now = s.OnHold ? 0 : s.Plan?.Quantity, expected_lost_units = s.Plan?.LostUnits,
            expected_lost_money = s.LostMoney, excess_units = s.ExcessUnits, forecast = s.Forecast?.Weeks.Select(w => new { start = w.Start, mean = w.Mean, q10 = w.Q10, q50 = w.Q50, q90 = w.Q90, q95 = w.Q95 }),
        }));
    }

    private static async Task<IResult> ForecastAsync(string id, ForecastService forecasts, string? by, CancellationToken cancel)
    {
        if (by is not (null or "week" or "day")) return Results.Problem($"by '{by}' is not known; use week or day.", statusCode: 400);
        if (await forecasts.FindAsync(id, cancel) is not { } forecast) return Results.Problem("No product with a forecast has this id.", statusCode: 404);
        return Results.Ok(new
        {
            id, demand_class = forecast.Class, basis = forecast.Basis, periods = by == "day" ? forecasts.Days(forecast).Select(d => new { start = d.Start, mean = d.Mean, q10 = d.Q10, q50 = d.Q50, q90 = d.Q90, q95 = d.Q95 })
                : forecast.Weeks.Select(w => new { start = w.Start, mean = w.Mean, q10 = w.Q10, q50 = w.Q50, q90 = w.Q90, q95 = w.Q95 }),
        });
    }

    private static async Task<IResult> OutlookAsync(StockService stock, ShopClock clock, string? ids, DateTimeOffset? from, DateTimeOffset? to, double? extra, CancellationToken cancel)
    {
        var wanted = Ids(ids);
        if (wanted.Count is 0 or > MostProducts) return Results.Problem($"ids names 1 to {MostProducts} products, separated by commas.", statusCode: 400);
        var (start, end) = ((from ?? clock.Now).ToUniversalTime(), (to ?? clock.Now.AddDays(28)).ToUniversalTime());
        if (end <= start) return Results.Problem("to is after from.", statusCode: 400);
        if (extra is { } e && !(e is >= 0 and <= 1e9)) return Results.Problem("extra is a number of units, 0 or more.", statusCode: 400);
        return Results.Ok((await stock.OutlookAsync([.. wanted], start, end, wanted.ToDictionary(i => i, _ => extra ?? 0), cancel: cancel)).Select(o => new
        {
            id = o.ProductId, on_hand = o.OnHand, arrivals = o.Arrivals, mean = Known(o.Mean), q10 = Known(o.Q10), q50 = Known(o.Q50), q90 = Known(o.Q90), q95 = Known(o.Q95), chance_sold_out = Known(o.ChanceSoldOut),
            expected_short = Known(o.ExpectedShort), free_units = Known(o.FreeUnits), sold_out_on = o.SoldOutOn, last_safe_order = o.LastSafeOrder,
        }));
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private static async Task<IResult> TermsAsync(TermsChange[] changes, SupplyCatalog catalog, CancellationToken cancel)
    {
        if (changes.Length is 0 or > MostTerms) return Results.Problem($"Send 1 to {MostTerms} products.", statusCode: 400);
        var problems = await catalog.SaveAsync(changes, "edit", cancel);
        return problems.Count == 0 ? Results.Ok(new { products = changes.Length })
            : Results.Problem("Some values cannot be used; nothing was changed.", statusCode: 400, extensions: new Dictionary<string, object?> { ["errors"] = problems.Select(p => new { index = Math.Max(0, p.Line - 2), field = p.Field, value = p.Value, reason = p.Reason }) });
    }

    private static async Task<IResult> InboundAsync(InboundDraft[] drafts, SupplyCatalog catalog, CancellationToken cancel)
    {
        if (drafts.Length is 0 or > MostTerms) return Results.Problem($"Send 1 to {MostTerms} orders.", statusCode: 400);
        if (Array.FindIndex(drafts, d => d.Quantity is < 1 or > 10_000_000 || string.IsNullOrWhiteSpace(d.ProductId) || string.IsNullOrWhiteSpace(d.Reference)) is >= 0 and var wrong)
            return Results.Problem($"Order {wrong} needs productId, reference and a quantity of 1 to 10,000,000.", statusCode: 400);
        await catalog.AddInboundAsync([.. drafts.Select(d => d with { ExpectedAt = d.ExpectedAt.ToUniversalTime() })], cancel);
        return Results.Ok(new { orders = drafts.Length });
    }

    private static async Task<IResult> ProposalAsync(int id, ProposalService proposals, string? format, CancellationToken cancel)
    {
        if (await proposals.FindAsync(id, cancel) is not { } proposal) return Results.Problem($"There is no proposal {id}.", statusCode: 404);
        var lines = await proposals.LinesAsync(id, cancel);
        return format switch
        {
            null or "json" => Results.Ok(new { proposal, lines = lines.Select(l => new { l.ProductId, l.Title, l.Quantity, l.Proposed, l.UnitCost, why = l.Why }) }),
            "csv" => Results.Text(ProposalFile.Csv(lines), "text/csv; charset=utf-8"),
            "xlsx" => Results.File(ProposalFile.Excel(lines), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", $"proposal-{id}.xlsx"),
            _ => Results.Problem($"format '{format}' is not known; use json, csv or xlsx.", statusCode: 400),
        };
    }

    private static HashSet<string> Ids(string? text) => [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
