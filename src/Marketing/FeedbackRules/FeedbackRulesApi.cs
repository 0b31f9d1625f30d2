using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Rules, their back-test and the ledger over HTTP.</summary>
internal static class FeedbackRulesApi
{
    private const int MostDays = 366;
    private const int MostLines = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1").WithTags("Feedback rules");
        api.MapGet("/rules", ListAsync).RequireAuthorization(Access.ReadApi).WithSummary("All feedback rules");
        api.MapGet("/rules/{id:int}/firings", FiringsAsync).RequireAuthorization(Access.ReadApi).WithSummary("What a rule fired in the last days");
        api.MapPost("/rules", CreateAsync).RequireAuthorization(Access.AdminApi).WithSummary("Create a rule as a draft").WithDescription("The body is {name, definition}; docs/rules.md describes it.");
        api.MapPost("/rules/backtest", BackTestAsync).RequireAuthorization(Access.AdminApi).WithSummary("What a rule would have done").WithDescription("The body is a definition; days says how far back.");
        api.MapPost("/rules/{id:int}/status", StatusAsync).RequireAuthorization(Access.AdminApi).WithSummary("Switch a rule: draft, shadow, live or archived");
        api.MapGet("/ledger", LedgerAsync).RequireAuthorization(Access.ReadApi).WithSummary("What was done to the shop, by rules and by hand");
        api.MapPost("/ledger/firings/{id}/{decision}", DecideAsync).RequireAuthorization(Access.AdminApi).WithSummary("approve, decline or undo a firing");
    }

    private sealed record NewRule(string Name, JsonElement Definition);

    private sealed record NewStatus(string Status);

    private static async Task<IResult> ListAsync(FeedbackRuleService rules, CancellationToken cancel) =>
        Results.Json(new { rules = (await rules.AllAsync(cancel)).Select(Shape), looked_at = rules.LookedAt }, DefinitionJson.Options);

    private static async Task<IResult> FiringsAsync(int id, FeedbackRuleService rules, int? days, CancellationToken cancel)
    {
        if (days is < 1 or > MostDays) return Results.Problem($"days must be 1 to {MostDays}.", statusCode: 400);
        return await rules.FindAsync(id, cancel) is null ? Missing(id) : Results.Json(new { firings = await rules.FiringsAsync(id, days ?? 30, MostLines, cancel) }, DefinitionJson.Options);
    }

    private static async Task<IResult> CreateAsync(NewRule wanted, FeedbackRuleService rules, CancellationToken cancel)
    {
        if (DefinitionJson.Read(wanted.Definition.GetRawText(), out var problem) is not { } definition) return Results.Problem(problem, statusCode: 422);
        var saved = await rules.CreateAsync(wanted.Name, definition, cancel);
        return saved.Rule is { } rule ? Results.Json(Shape(rule), DefinitionJson.Options, statusCode: 201) : Invalid(saved.Problems);
    }

    private static async Task<IResult> BackTestAsync(JsonElement body, FeedbackRuleService rules, ShopClock clock, int? days, CancellationToken cancel)
    {
        if (days is < 1 or > MostDays) return Results.Problem($"days must be 1 to {MostDays}.", statusCode: 400);
        if (DefinitionJson.Read(body.GetRawText(), out var problem) is not { } definition) return Results.Problem(problem, statusCode: 422);
        if (rules.Check("back-test", definition) is { Count: > 0 } problems) return Invalid(problems);
        return Results.Json(await rules.BackTestAsync(definition, TimeRange.Last(TimeSpan.FromDays(days ?? 90), clock.Now), cancel), DefinitionJson.Options);
    }

    private static async Task<IResult> StatusAsync(int id, NewStatus wanted, FeedbackRuleService rules, CancellationToken cancel)
    {
        if (wanted.Status is not (FeedbackRule.Draft or FeedbackRule.Shadow or FeedbackRule.Live or FeedbackRule.Archived)) return Results.Problem("status must be draft, shadow, live or archived.", statusCode: 400);
        if (await rules.FindAsync(id, cancel) is not { } rule) return Missing(id);
        return await rules.SetStatusAsync(rule, wanted.Status, cancel) is { } refusal
            ? Results.Problem(refusal == "ShadowFirst" ? "A rule goes live from shadow only: set shadow first." : "The rule names a figure or an action that is no longer there.", statusCode: 409)
            : Results.Json(Shape((await rules.FindAsync(id, cancel))!), DefinitionJson.Options);
    }

    private static async Task<IResult> LedgerAsync(LedgerService ledger, string? target, string? object_id, int? rule, string? status, DateTimeOffset? before, int? limit, CancellationToken cancel) => limit is < 1 or > MostLines
        ? Results.Problem($"limit must be 1 to {MostLines}.", statusCode: 400)
        : Results.Json(new { actions = await ledger.PageAsync(new LedgerFilter(target, object_id, rule ?? 0, status, before?.ToUniversalTime()), limit ?? 100, cancel) }, DefinitionJson.Options);

    private static async Task<IResult> DecideAsync(string id, string decision, HttpContext http, LedgerService ledger, CancellationToken cancel)
    {
        if (await ledger.FiringAsync(id, cancel) is not { } firing) return Results.Problem($"There is no firing {id}.", statusCode: 404);
        var who = http.User.Identity?.Name ?? "api";
        switch (decision)
        {
            case "approve": return await ledger.ApproveAsync(firing, who, cancel) ? Results.Ok() : Results.Problem("It was decided already.", statusCode: 409);
            case "decline": return await ledger.DeclineAsync(firing, who, cancel) ? Results.Ok() : Results.Problem("It was decided already.", statusCode: 409);
            case "undo":
                var undone = await ledger.UndoFiringAsync(id, who, cancel);
                return Results.Json(new { undone = undone.Select(u => new { u.Action.Id, u.Outcome.Refusal }) });
            default: return Results.Problem("The decision is approve, decline or undo.", statusCode: 400);
        }
    }

    private static IResult Missing(int id) => Results.Problem($"There is no rule {id}.", statusCode: 404);

    private static IResult Invalid(IReadOnlyList<DefinitionProblem> problems) => Results.Problem("The rule cannot be used.", statusCode: 422, extensions: new Dictionary<string, object?> { ["problems"] = problems });

    private static object Shape(FeedbackRule rule) => new { rule.Id, rule.Name, rule.Status, rule.Version, rule.Reason, rule.CreatedAt, rule.UpdatedAt, Definition = rule.Read() };
}
