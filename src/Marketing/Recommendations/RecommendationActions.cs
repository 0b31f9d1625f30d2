using System.Globalization;
using System.Text.Json;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.Recommendations.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.Recommendations;

/// <summary>
/// What rules and the ledger may do here: weigh the policy in use differently; pin, exclude or demote a product, or exclude or
/// demote a category, for some days. Objects are <c>category:…</c>, and <c>product:…</c> or a product's plain id, as figures of other slices name it.
/// </summary>
internal sealed class RecommendationActions(PolicyBook book, RecommendationStore store, ShelfKeeper shelves, IAuditLog audit, TimeProvider time, IStringLocalizer<RecommendationsText> text) : IActionTarget
{
    private const string Weight = "weight", Product = "product:", Category = "category:";
    private static readonly string[] Weights = ["margin", "stock", "diversity", "fresh"];

    public string Target => "recommendations";

    public IReadOnlyList<ActionKind> Actions { get; } =
    [
        new(Weight, () => text["Action." + Weight], false, [new("name", () => text["Action.name"], "text"), new("value", () => text["Action.value"], "share")]),
        .. Override.Kinds.Select(kind => new ActionKind(kind, () => text["Action." + kind], true,
        [
            new ActionParameter("days", () => text["Action.days"], "days", false), new ActionParameter("reason", () => text["Action.reason"], "text", false),
            .. kind == Override.Demote ? [new ActionParameter("factor", () => text["Action.factor"], "share", false)] : Array.Empty<ActionParameter>(),
        ])),
    ];

    public Task<IReadOnlyList<WatchedObject>> ObjectsAsync(string sought, int limit, CancellationToken cancel = default)
    {
        var products = shelves.Current.Products;
        bool Matches(string? name) => name?.Contains(sought, StringComparison.OrdinalIgnoreCase) == true;
        return Task.FromResult<IReadOnlyList<WatchedObject>>([.. products.Select(p => p.Category).OfType<string>().Distinct().Where(Matches).Order(StringComparer.Ordinal).Select(c => new WatchedObject(Category + c, c))
            .Concat(products.Where(p => Matches(p.Title) || Matches(p.Id)).Select(p => new WatchedObject(Product + p.Id, p.Title ?? p.Id, $"recommendations?product={Uri.EscapeDataString(p.Id)}"))).Take(limit)]);
    }

    public async Task<ActionOutcome> PreviewAsync(ActionRequest request, CancellationToken cancel = default)
    {
        var (change, refusal) = await ReadAsync(request, cancel);
        return refusal is not null ? ActionOutcome.Refused(refusal) : change!;
    }

    public async Task<ActionOutcome> ApplyAsync(ActionRequest request, CancellationToken cancel = default)
    {
        if (await store.ActionAsync(request.Id, cancel) is { } done) return JsonSerializer.Deserialize<ActionOutcome>(done.Outcome)!;
        var (change, refusal) = await ReadAsync(request, cancel);
        if (refusal is not null) return ActionOutcome.Refused(refusal);
        if (request.Action == Weight)
        {
            var strategy = (await book.ReadAsync(cancel)).Default;
            if (await book.SaveStrategyAsync(strategy, strategy.Name, RankingPolicy.Read(change!.After), audit, cancel) is { Count: > 0 } problems) return ActionOutcome.Refused(string.Join(" ", problems));
        }
        else
        {
            var (id, problem) = await book.AddOverrideAsync(OverrideOf(request), audit, cancel);
            if (problem is not null) return ActionOutcome.Refused(problem);
            change = change! with { After = JsonSerializer.Serialize(new { decision = id, request.Action, request.ObjectId, expires = OverrideOf(request).ExpiresAt }) };
        }
        await store.AddActionAsync(request.Id, JsonSerializer.Serialize(change), cancel);
        return change!;
    }

    public async Task<ActionOutcome> UndoAsync(ActionRequest request, ActionOutcome done, CancellationToken cancel = default)
    {
        if (await store.ActionAsync(request.Id, cancel) is not { } before) return ActionOutcome.Refused("This was not done here.");
        if (before.Undone) return new ActionOutcome(done.After, done.Before);
        if (request.Action == Weight)
        {
            var strategy = (await book.ReadAsync(cancel)).Default;
            if (strategy.Policy != RankingPolicy.Read(done.After)) return ActionOutcome.Refused("Somebody changed the policy since.");
            if (await book.SaveStrategyAsync(strategy, strategy.Name, RankingPolicy.Read(done.Before), audit, cancel) is { Count: > 0 } problems) return ActionOutcome.Refused(string.Join(" ", problems));
        }
        else
        {
            using var after = JsonDocument.Parse(done.After);
            if (!await book.EndOverrideAsync(after.RootElement.GetProperty("decision").GetInt32(), audit, cancel)) return ActionOutcome.Refused("Somebody ended this decision since.");
        }
        await store.UndoActionAsync(request.Id, cancel);
        return new ActionOutcome(done.After, done.Before);
    }

    private async Task<(ActionOutcome? Change, string? Refusal)> ReadAsync(ActionRequest request, CancellationToken cancel)
    {
        if (request.Action == Weight)
        {
            var policy = (await book.ReadAsync(cancel)).Default.Policy;
            var name = request.Parameters.GetValueOrDefault("name") ?? "";
            if (!Weights.Contains(name)) return (null, $"name is one of {string.Join(", ", Weights)}.");
            if (Number(request, "value") is not (>= 0 and <= 1) and var value) return (null, $"value is between 0 and 1, not {value}.");
            var to = Number(request, "value")!.Value;
            var changed = name switch { "margin" => policy with { Margin = to }, "stock" => policy with { Stock = to }, "diversity" => policy with { Diversity = to }, _ => policy with { Fresh = to } };
            return (new ActionOutcome(policy.Write(), changed.Write()), null);
        }
        if (!Override.Kinds.Contains(request.Action)) return (null, $"There is no action {request.Action}.");
        if (request.ObjectId is not { Length: > 0 } id) return (null, "Name a product (product:…) or a category (category:…).");
        var (product, _) = Named(id);
        if (request.Action == Override.Pin && product is null) return (null, "Only a product can be pinned.");
        if (product is not null && shelves.Current.Find(product) is null) return (null, $"There is no product {product}.");
        if (request.Parameters.ContainsKey("days") && Number(request, "days") is not (> 0 and <= 3650)) return (null, "days is more than 0 and at most 3650.");
        var decided = OverrideOf(request);
        return (new ActionOutcome("{}", JsonSerializer.Serialize(new { decision = (int?)null, request.Action, request.ObjectId, expires = decided.ExpiresAt })), null);
    }

    private Override OverrideOf(ActionRequest request)
    {
        var (id, now) = (request.ObjectId!, time.GetUtcNow());
        var reason = request.Parameters.GetValueOrDefault("reason") is { Length: > 0 } given ? given : request.Cause;
        var (product, category) = Named(id);
        return new Override(0, request.Action, product, category, null,
            request.Action == Override.Demote ? Number(request, "factor") ?? 0.3 : 1, reason, request.Cause, now, Number(request, "days") is { } days ? now.AddDays(days) : null);
    }

    /// <summary>The product or the category that an object's id means.</summary>
    private static (string? Product, string? Category) Named(string id) =>
        id.StartsWith(Category, StringComparison.Ordinal) ? (null, id[Category.Length..]) : (id.StartsWith(Product, StringComparison.Ordinal) ? id[Product.Length..] : id, null);

    private static double? Number(ActionRequest request, string name) =>
        double.TryParse(request.Parameters.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
