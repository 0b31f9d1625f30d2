using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Ids;
using BehaviorDashboard.Inventory;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Reports;
using BehaviorDashboard.Nodes;
using BehaviorDashboard.Segments;
using BehaviorDashboard.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.Campaigns;

/// <summary>Targeted messages: to whom, what, when, held out against whom, and what they brought.</summary>
public sealed class CampaignsModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CampaignsOptions>().Bind(configuration.GetSection(CampaignsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<CampaignsModule>("Campaigns");
        services.AddLocalization();
        services.AddDataProtection();
        services.AddSingleton<CampaignStore>();
        services.AddSingleton<ConsentRule>();
        services.AddSingleton<AudienceStore>();
        services.AddSingleton<OutboxStore>();
        services.AddSingleton<EffectStore>();
        services.AddSingleton<CampaignSignal>();
        services.AddSingleton<PublicLinks>();
        services.AddSingleton<MessageWriter>();
        services.AddSingleton<Exclusions>();
        services.AddSingleton<AudienceService>();
        services.TryAddSingleton<MailServer>();
        services.AddSingleton<IChannel, SmtpChannel>();
        services.AddSingleton<IChannel, WebhookChannel>();
        services.AddSingleton<PromiseService>();
        services.AddSingleton<ExcessOffers>();
        services.AddSingleton<StockThrottle>();
        services.AddSingleton<HandOver>();
        services.AddScoped<FeedbackService>();
        services.AddSingleton(p => new DeliveryService(p.GetRequiredService<CampaignStore>(), p.GetRequiredService<OutboxStore>(), p.GetRequiredService<MessageWriter>(), p.GetServices<IChannel>(), p.GetRequiredService<Exclusions>(), p.GetRequiredService<StockThrottle>(), p.GetRequiredService<EventWriter>(),
            p.GetRequiredService<IOptions<CampaignsOptions>>(), p.GetRequiredService<Node>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new EffectService(p.GetRequiredService<EffectStore>(), p.GetRequiredService<CampaignStore>(), p.GetRequiredService<KeptReports>(), p.GetRequiredService<IOptions<ShopOptions>>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddScoped(p => new CampaignService(p.GetRequiredService<CampaignStore>(), p.GetRequiredService<AudienceService>(), p.GetRequiredService<AudienceStore>(), p.GetRequiredService<OutboxStore>(), p.GetRequiredService<DeliveryService>(),
            p.GetRequiredService<MessageWriter>(), p.GetRequiredService<PromiseService>(), p.GetRequiredService<StockThrottle>(), p.GetRequiredService<ExcessOffers>(), p.GetRequiredService<ProposalService>(), p.GetRequiredService<IAuditLog>(), p.GetServices<IActionLedger>(), p.GetRequiredService<CampaignSignal>(), p.GetRequiredService<ShopClock>()));
        services.AddSingleton<IMembershipObserver, SegmentEntries>();
        services.AddSingleton<IKpiSource, CampaignKpis>();
        services.AddSingleton<IActionTarget, CampaignActions>();
        services.AddSingleton<IActionTarget, ProductHold>();
        services.AddSingleton<IAttentionSource, CampaignAttention>();
        services.AddScoped<ISearchSource, CampaignSearch>();
        services.AddSingleton<IModelTrainer, UpliftTrainer>();
        services.AddSingleton<IDemoSeeder, DemoMailings>();
        services.AddPersonalRows("campaign_stays", "campaign_people");
        services.AddPersonalRows("campaign_entries", "campaign_entries");
        services.AddPersonalRows("campaign_messages", "campaign_messages");
        services.AddPersonalRows("campaign_mails", "campaign_mails");
        services.AddPersonalRows("campaign_scores", "campaign_scores");
        services.AddPersonalRows("suppressions", "campaign_suppressions");
        services.AddSingleton<CampaignRunner>();
        services.AddSingleton(p => new SharedSignal("campaigns", p.GetRequiredService<CampaignSignal>().Signal));
        services.AddSingleton(p => new SharedSignal("deliveries", p.GetRequiredService<DeliveryService>().Changed));
        services.AddSingleton(p => new SharedSignal("effects", p.GetRequiredService<EffectService>().Changed));
        services.AddHostedService(p => p.GetRequiredService<CampaignRunner>());
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        CampaignsApi.Map(routes);
        PublicApi.Map(routes);
    }

    public IEnumerable<NavEntry> Navigation => [new("campaigns", "Nav.Campaigns", Icons.Material.Outlined.Campaign, 40, Access.ViewPeople)];
}
