using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Inventory;

/// <summary>What rules may do to stock: propose a purchase, change how much of demand is served, hold reorders, suggest a price.</summary>
internal sealed class SupplyActions(StockService stock, ProposalService proposals, PriceService prices, InventoryStore store, ShopClock clock, IStringLocalizer<InventoryText> text) : IActionTarget
{
    public const string Name = "supply";
    private const string Propose = "propose_purchase";
    private const string Serve = "set_service_level";
    private const string Hold = "hold_reorder";
    private const string Price = "suggest_price";

    public string Target => Name;

    public IReadOnlyList<ActionKind> Actions =>
    [
        new(Propose, () => text["Action.propose_purchase"], true, [new("units", () => text["Action.units"], "count", false)]),
        new(Serve, () => text["Action.set_service_level"], true, [new("target", () => text["Action.target"], "share")]),
        new(Hold, () => text["Action.hold_reorder"], true, [new("days", () => text["Action.days"], "days")]),
        new(Price, () => text["Action.suggest_price"], true, [new("change", () => text["Action.change"], "share")]),
    ];

    public async Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string text1, int limit, CancellationToken cancel = default) => await StockKpis.ProductsAsync(stock, text1, limit, cancel);

    public async Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default)
    {
        if (request.ObjectId is null || await stock.FindAsync(request.ObjectId, cancel) is not { } status) return ActionOutcome.Refused(text["Action.no_product"]);
        var policy = await store.PoliciesAsync(cancel);
        var own = policy.GetValueOrDefault(status.Id);
        switch (request.Action)
        {
            case Propose:
                if (Number(request, "units") is { } units && !(units is >= 1 and <= 1e7)) return ActionOutcome.Refused(text["Problem.quantity_range"]);
                return new ActionOutcome("{}", FormattableString.Invariant($$"""{"units":{{StockPlanner.Packs(Number(request, "units") ?? Math.Max(1, status.Plan?.Quantity ?? 1), stock.Terms(status.Terms, status.Target))}}}"""));
            case Serve:
                return Number(request, "target") is not (>= 0.5 and <= 0.999 and var target) ? ActionOutcome.Refused(text["Problem.target_range"])
                    : new ActionOutcome(Json("target", own?.Target), Json("target", target));
            case Hold:
                return Number(request, "days") is not (>= 1 and <= 365 and var days) ? ActionOutcome.Refused(text["Problem.days_range"])
                    : new ActionOutcome(Json("hold_until", own?.HoldUntil), Json("hold_until", clock.Now.AddDays(days)));
            case Price:
                var (price, problem) = await prices.PriceAsync(status.Id, Number(request, "change") ?? double.NaN, cancel);
                return problem is not null ? ActionOutcome.Refused(text["Problem." + problem]) : new ActionOutcome(Json("price", (await prices.FindAsync(status.Id, cancel))?.Price), Json("price", price));
            default:
                return ActionOutcome.Refused(text["Action.unknown"]);
        }
    }

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        if (await store.DoneAsync(request.Id, cancel) is { } done) return new ActionOutcome(done.Before, done.After);
        var outcome = await PreviewAsync(request, cancel);
        if (outcome.Refusal is not null) return outcome;
        switch (request.Action)
        {
            case Propose:
                var id = await proposals.ProposeAsync(request.ObjectId!, (long?)Number(request, "units"), "action:" + request.Id, cancel);
                outcome = outcome with { After = FormattableString.Invariant($$"""{"proposal":{{id}}}""") };
                break;
            case Serve:
                await stock.SetTargetAsync(request.ObjectId!, Number(request, "target"), cancel);
                break;
            case Price:
                await prices.SuggestAsync(request.ObjectId!, Read(outcome.After).Price!.Value, request.Cause, cancel);
                break;
            default:
                await stock.HoldAsync(request.ObjectId!, Read(outcome.After).HoldUntil, request.Cause, cancel);
                break;
        }
        await store.PutDoneAsync(request.Id, outcome.Before, outcome.After, cancel);
        return outcome;
    }

    public async Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        var (before, after) = (Read(done.Before), Read(done.After));
        switch (request.Action)
        {
            case Propose:
                if (after.Proposal is not { } id || await proposals.FindAsync(id, cancel) is not { Status: "draft" }) return ActionOutcome.Refused(text["Action.changed_since"]);
                await proposals.CancelAsync(id, cancel);
                break;
            case Serve:
                if (await stock.PolicyAsync(request.ObjectId!, cancel) is not { } served || served.Target != after.Target) return ActionOutcome.Refused(text["Action.changed_since"]);
                await stock.SetTargetAsync(request.ObjectId!, before.Target, cancel);
                break;
            case Hold:
                if (await stock.PolicyAsync(request.ObjectId!, cancel) is not { HoldUntil: { } until } || (until - after.HoldUntil)?.Duration() > TimeSpan.FromSeconds(1)) return ActionOutcome.Refused(text["Action.changed_since"]);
                await stock.HoldAsync(request.ObjectId!, before.HoldUntil, null, cancel);
                break;
            case Price:
                if (await prices.FindAsync(request.ObjectId!, cancel) is not { } suggestion || suggestion.Price != after.Price) return ActionOutcome.Refused(text["Action.changed_since"]);
                if (before.Price is { } earlier) await prices.SuggestAsync(request.ObjectId!, earlier, request.Cause, cancel);
                else await prices.WithdrawAsync(suggestion, cancel);
                break;
            default:
                return ActionOutcome.Refused(text["Action.unknown"]);
        }
        return new ActionOutcome(done.After, done.Before);
    }

    private sealed record Facts(double? Target, DateTimeOffset? HoldUntil, int? Proposal, decimal? Price);

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static Facts Read(string json) => JsonSerializer.Deserialize<Facts>(json, Snake) ?? new Facts(null, null, null, null);

    private static string Json<T>(string key, T value) => $$"""{"{{key}}":{{JsonSerializer.Serialize(value)}}}""";

    private static double? Number(ActionRequest request, string key) =>
        request.Parameters.TryGetValue(key, out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
