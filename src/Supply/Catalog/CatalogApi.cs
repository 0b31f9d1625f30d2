using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.Catalog;

/// <summary>Products over HTTP: what they are, and how they sold in the last days.</summary>
internal static class CatalogApi
{
    private const int MostDays = 366;
    private const int MostLines = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1/products").RequireAuthorization(Access.ReadApi).WithTags("Products");
        api.MapGet("", PageAsync).WithSummary("A page of products")
            .WithDescription("Hand next back as after. q: part of a title, id or category. sort: sold, seen, title, stock. days: 1 to 366 shop days up to now, 30 when left out. limit: 1 to 200.");
        api.MapGet("/sheet", SheetAsync).WithSummary("The catalogue as a spreadsheet").WithDescription("format: xlsx or csv. Change it and read it in again on the page Catalogue.");
        api.MapGet("/{id}", FindAsync).WithSummary("One product").WithDescription("days: 1 to 366 shop days up to now, 30 when left out.");
    }

    private static async Task<IResult> PageAsync(ProductService products, ShopClock clock, string? q, string? sort, string? after, int? days, int? limit, CancellationToken cancel)
    {
        if (Wrong(days) is { } wrong) return wrong;
        if (limit is < 1 or > MostLines) return Results.Problem($"limit is between 1 and {MostLines}.", statusCode: 400);
        if (sort is not null && !ProductQuery.Sorts.Contains(sort)) return Results.Problem($"sort is one of {string.Join(", ", ProductQuery.Sorts)}.", statusCode: 400);
        return Results.Ok(await products.PageAsync(new ProductQuery { Text = q ?? "", Sort = sort ?? ProductQuery.Sorts[0], After = after, Limit = limit ?? 50 }, Last(clock, days), cancel));
    }

    private static async Task<IResult> FindAsync(string id, ProductService products, ShopClock clock, int? days, CancellationToken cancel) =>
        Wrong(days) ?? (await products.FindAsync(id, Last(clock, days), cancel) is { } product ? Results.Ok(product) : Results.Problem("No product has this id.", statusCode: 404));

    private static async Task<IResult> SheetAsync(SupplyCatalog catalog, string? format, CancellationToken cancel) => format switch
    {
        null or "xlsx" => Results.File(CatalogSheet.Excel(await catalog.AllAsync(cancel)), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "catalogue.xlsx"),
        "csv" => Results.Text(CatalogSheet.ToCsv(await catalog.AllAsync(cancel)), "text/csv; charset=utf-8"),
        _ => Results.Problem($"format '{format}' is not known; use xlsx or csv.", statusCode: 400),
    };

    private static IResult? Wrong(int? days) => days is < 1 or > MostDays ? Results.Problem($"days is between 1 and {MostDays}.", statusCode: 400) : null;

    private static TimeRange Last(ShopClock clock, int? days) => new(clock.StartOf(clock.Today.AddDays(1 - (days ?? 30))), clock.Now);
}
