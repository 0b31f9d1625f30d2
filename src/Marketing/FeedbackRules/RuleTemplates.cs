using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules.Pages;
using Microsoft.Extensions.Localization;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>A common rule to start from.</summary>
/// <param name="Key">Its name is the resource key <c>Template.</c> and this.</param>
public sealed record RuleTemplate(string Key, RuleDefinition Definition);

/// <summary>Rules many shops want. Only those are offered whose figures and actions the product has.</summary>
public static class RuleTemplates
{
    private static readonly Dictionary<string, string> None = [];

    private static readonly RuleTemplate[] All =
    [
        new("conversion", new RuleDefinition(new Trigger(Shop("conversion.1h"), Test.Falls, 0.3) { ForMinutes = 15 }, [Tell()]) { And = [new Trigger(Shop("sessions.1h"), Test.Above, 50)] }),
        new("revenue", new RuleDefinition(new Trigger(Shop("revenue.24h"), Test.Unusual, 4) { ForMinutes = 30 }, [Tell()])),
        new("searches", new RuleDefinition(new Trigger(Shop("zero_result_searches.24h"), Test.Rises, 0.5) { ForMinutes = 60 }, [Tell()]) { And = [new Trigger(Shop("zero_result_searches.24h"), Test.Above, 20)] }),
        new("checkout", new RuleDefinition(new Trigger(Shop("cart_abandonment.1h"), Test.Above, 0.9) { ForMinutes = 20 }, [Tell()]) { And = [new Trigger(Shop("carts.1h"), Test.Above, 20)] }),
        new("campaign", new RuleDefinition(new Trigger(new KpiName("campaign", "unsubscribe_rate", RuleDefinition.Each), Test.Above, 0.01), [new ActionSpec("campaign", "pause", RuleDefinition.Each, None)])),
        new("stock", new RuleDefinition(new Trigger(new KpiName("stock", "stockout_probability", RuleDefinition.Each), Test.Above, 0.5), [new ActionSpec("supply", "propose_purchase", RuleDefinition.Each, None)])),
        // One approval for everything that a product with a surge of bad reviews needs, and one undo.
        new("reviews", new RuleDefinition(new Trigger(new KpiName("reviews", "open_incidents", RuleDefinition.Each), Test.Above, 0),
        [
            new ActionSpec("recommendations", "demote", RuleDefinition.Each, new Dictionary<string, string> { ["days"] = "7", ["factor"] = "0.2" }), new ActionSpec("campaigns_of_product", "pause", RuleDefinition.Each, None),
            new ActionSpec("supply", "hold_reorder", RuleDefinition.Each, new Dictionary<string, string> { ["days"] = "7" }), Tell(),
        ])),
        new("model", new RuleDefinition(new Trigger(new KpiName("model", "input_drift", RuleDefinition.Each), Test.Above, 0.25) { ForMinutes = 60 }, [Tell()])),
    ];

    /// <summary>Those that can be used here, what they tell in the reader's language.</summary>
    public static IReadOnlyList<RuleTemplate> For(KpiCatalog catalog, IStringLocalizer<RulesText> text) => [.. All.Where(t => t.Definition.Triggers.All(c => catalog.Find(c.Kpi) is not null) && t.Definition.Then.All(a => catalog.Find(a) is not null)).Select(t => t with { Definition = t.Definition with { Then = [.. t.Definition.Then.Select(a => a.Target == "notify" ? Tell(text[$"Template.{t.Key}.Message"]) : a)] } })];

    private static KpiName Shop(string key) => new("shop", key);

    private static ActionSpec Tell(string message = "") => new("notify", "in_app", null, new Dictionary<string, string> { ["message"] = message });
}
