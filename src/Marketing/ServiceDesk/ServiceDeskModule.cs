using BehaviorDashboard.Contracts;
using BehaviorDashboard.Events;
using BehaviorDashboard.Learning;
using BehaviorDashboard.Live;
using BehaviorDashboard.Profiles;
using BehaviorDashboard.Reviews;
using BehaviorDashboard.Storage;
using BehaviorDashboard.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace BehaviorDashboard.ServiceDesk;

/// <summary>Answers to shoppers: the queue, what each wants, and answers filled with what is true of the shop.</summary>
public sealed class ServiceDeskModule : IModule
{
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ServiceDeskOptions>().Bind(configuration.GetSection(ServiceDeskOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations<ServiceDeskModule>("ServiceDesk");
        services.AddLocalization();
        services.AddSingleton<IPersonalData, ConversationErasure>();
        services.AddSingleton<ConversationStore>();
        services.AddSingleton<KnowledgeStore>();
        services.AddSingleton<ProductTruths>();
        services.AddSingleton<ShopFacts>();
        services.AddSingleton(p => new IntentModels(p.GetRequiredService<ModelRegistry>()));
        foreach (var language in SentimentModels.Languages) services.AddSingleton<IModelTrainer>(p => new IntentModelTrainer(language, p.GetRequiredService<ConversationStore>(), p.GetRequiredService<IntentModels>()));
        services.AddSingleton(p => new ConversationService(p.GetRequiredService<ConversationStore>(), p.GetRequiredService<IntentModels>(), p.GetRequiredService<SentimentModels>(), p.GetRequiredService<WebhookService>(),
            p.GetRequiredService<IServiceScopeFactory>(), p.GetRequiredService<IOptions<ServiceDeskOptions>>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<Signal>>()));
        services.AddSingleton(p => new SharedSignal("conversations", p.GetRequiredService<ConversationService>().Changed));
        services.AddSingleton(p => new KnowledgeService(p.GetRequiredService<KnowledgeStore>(), p.GetRequiredService<ShopFacts>(), p.GetRequiredService<IAuditLog>(), p.GetRequiredService<TimeProvider>()));
        services.AddScoped(p => new DeskReader(p.GetRequiredService<ConversationService>(), p.GetRequiredService<IntentModels>(), p.GetRequiredService<ShopFacts>(), p.GetRequiredService<PeopleService>(), p.GetRequiredService<IncidentService>()));
        services.AddSingleton<IMailExclusion, OpenComplaints>();
        services.AddSingleton<IProductContext, StockContext>();
        services.AddSingleton<IKpiSource, ServiceKpis>();
        services.AddSingleton<IDemoSeeder, DemoConversations>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes) => ServiceDeskApi.Map(routes);

    public IEnumerable<NavEntry> Navigation => [new("service", "Nav.Service", Icons.Material.Outlined.SupportAgent, 75, Access.ServeCustomers)];
}
