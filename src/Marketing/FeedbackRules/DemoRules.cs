using BehaviorDashboard.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>
/// The rules a shop like the demo's would have, live from the start: each is written once and is the shop's from then on. They go
/// through shadow as any rule does.
/// </summary>
internal sealed class DemoRules(IServiceScopeFactory scopes) : IDemoSeeder
{
    private static readonly Dictionary<string, string> None = [];

    private static readonly (string Name, RuleDefinition Rule)[] Rules =
    [
        ("Review shock", new RuleDefinition(new Trigger(new KpiName("reviews", "open_incidents", RuleDefinition.Each), Test.Above, 0),
        [
            new ActionSpec("recommendations", "demote", RuleDefinition.Each, new Dictionary<string, string> { ["days"] = "7", ["factor"] = "0.2" }), new ActionSpec("campaigns_of_product", "pause", RuleDefinition.Each, None),
            new ActionSpec("supply", "hold_reorder", RuleDefinition.Each, new Dictionary<string, string> { ["days"] = "7" }), Tell("Bad reviews of one product come in faster than chance allows."),
        ]) { Limits = new Limits { EffectHours = 1 } }),
        ("Best seller runs out", new RuleDefinition(new Trigger(new KpiName("stock", "stockout_probability", RuleDefinition.Each), Test.Above, 0.8),
            [new ActionSpec("supply", "propose_purchase", RuleDefinition.Each, None), Tell("A product that sells well is about to run out; a purchase was drafted.")])
            { And = [new Trigger(new KpiName("stock", "lost_sales", RuleDefinition.Each), Test.Above, 50)], Limits = new Limits { Approval = false, MostPerDay = 1, EffectHours = 1 } }),
        ("Too many leave", new RuleDefinition(new Trigger(new KpiName("campaign", "unsubscribe_rate", RuleDefinition.Each), Test.Above, 0.01),
            [new ActionSpec("campaign", "pause", RuleDefinition.Each, None), Tell("A campaign was paused: too many of its readers unsubscribe.")])
            { Limits = new Limits { Approval = false, EffectHours = 1 } }),
    ];

    public Task SeedAsync(IReadOnlyList<DemoCatalogItem> products, CancellationToken cancel) => Task.CompletedTask;

    public async Task AfterHistoryAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var service = scope.ServiceProvider.GetRequiredService<FeedbackRuleService>();
        var known = (await service.AllAsync(cancel)).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, rule) in Rules.Where(r => !known.Contains(r.Name)))
        {
            if (await service.CreateAsync(name, rule, cancel) is not { Rule: { } made }) continue;
            foreach (var status in new[] { FeedbackRule.Shadow, FeedbackRule.Live }) await service.SetStatusAsync((await service.FindAsync(made.Id, cancel))!, status, cancel);
        }
    }

    private static ActionSpec Tell(string message) => new("notify", "in_app", null, new Dictionary<string, string> { ["message"] = message });
}
