using BehaviorDashboard.Campaigns;
using BehaviorDashboard.Contracts;
using BehaviorDashboard.FeedbackRules.Pages;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Live;
using BehaviorDashboard.LiveMetrics;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using MudBlazor;

namespace BehaviorDashboard.FeedbackRules;

/// <summary>Feedback rules: the loop closes. When a figure moves, something is done, recorded, measured, and can be undone.</summary>
public sealed class FeedbackRulesModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMigrations<FeedbackRulesModule>("FeedbackRules");
        services.AddLocalization();
        services.AddSingleton<RuleStore>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<LedgerSignal>();
        services.AddSingleton<KpiCatalog>();
        services.TryAddSingleton<MailServer>();
        services.AddSingleton<NoticeMail>();
        services.AddSingleton<IActionTarget, NotifyTarget>();
        services.AddSingleton<IAttentionSource, RuleAttention>();
        services.AddSingleton<IDemoSeeder, DemoRules>();
        services.AddSingleton<EffectHistory>();
        services.AddSingleton<BackTest>();
        services.AddSingleton<OscillationGuard>();
        services.AddSingleton(p => new RuleEngine(p.GetRequiredService<RuleStore>(), p.GetRequiredService<KpiCatalog>(), p.GetRequiredService<EffectHistory>(), p.GetRequiredService<LedgerStore>(), p.GetRequiredService<ShopClock>(),
            p.GetRequiredService<Node>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>(), p.GetRequiredService<ILogger<RuleEngine>>()));
        services.AddSingleton(p => new SharedSignal("rules", p.GetRequiredService<RuleEngine>().Fired, p.GetRequiredService<RuleEngine>().Invalidate));
        services.AddSingleton(p => new SharedSignal("ledger", p.GetRequiredService<LedgerSignal>().Changed));
        services.AddHostedService(p => p.GetRequiredService<RuleEngine>());
        services.AddSingleton<ActionRunner>();
        services.AddHostedService(p => p.GetRequiredService<ActionRunner>());
        services.AddScoped<RuleWords>();
        services.AddScoped(p => new LedgerService(p.GetRequiredService<Database>(), p.GetRequiredService<LedgerStore>(), p.GetRequiredService<RuleStore>(), p.GetRequiredService<KpiCatalog>(), p.GetRequiredService<LedgerSignal>(),
            p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped<IActionLedger>(p => p.GetRequiredService<LedgerService>());
        services.AddScoped(p => new FeedbackRuleService(p.GetRequiredService<RuleStore>(), p.GetRequiredService<RuleEngine>(), p.GetRequiredService<KpiCatalog>(), p.GetRequiredService<BackTest>(), p.GetRequiredService<EffectHistory>(),
            p.GetRequiredService<IAuditLog>(), p.GetRequiredService<ShopClock>()));
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => FeedbackRulesApi.Map(routes);

    /// <summary>What the receivers of webhooks about rules belong to.</summary>
    public const string WebhookOwner = NotifyTarget.Owner;

    public IEnumerable<NavEntry> Navigation => [new("rules", "Nav.Rules", Icons.Material.Outlined.Loop, 80, Access.ViewKpis)];
}
